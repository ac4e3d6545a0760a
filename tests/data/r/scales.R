# Scores, who is in the study, and reliability.

read_design <- function(study, instrument) {
  ranges <- lapply(instrument$items, function(item) instrument$response_scales[[item$scale]])
  names(ranges) <- sapply(instrument$items, `[[`, "code")
  scales <- instrument$scales
  names(scales) <- sapply(scales, `[[`, "code")
  arms <- study$arms
  list(
    waves = sapply(study$waves, `[[`, "code"),
    items = names(ranges), ranges = ranges, scales = scales,
    primary = study$primary, family = unlist(study$family),
    covariates = unlist(study$covariates), threshold = study$threshold, margins = study$margins,
    trained = sapply(Filter(function(arm) arm$kind == "training", arms), `[[`, "code"),
    others = sapply(Filter(function(arm) arm$kind != "training", arms), `[[`, "code")
  )
}

keys_of <- function(scale) sub("^-", "", unlist(scale$items))

# Items of a scale all pointing the same way: a reversed one is min + max - x.
keyed <- function(rows, scale, design) {
  items <- keys_of(scale)
  out <- as.matrix(rows[, items, drop = FALSE])
  for (item in items[startsWith(unlist(scale$items), "-")]) {
    range <- design$ranges[[item]]
    out[, item] <- range$min + range$max - out[, item]
  }
  out
}

score_rows <- function(rows, scale, design) {
  items <- keyed(rows, scale, design)
  mean <- rowMeans(items, na.rm = TRUE)
  mean[rowSums(!is.na(items)) < scale$min_answered] <- NA
  if (scale$score == "sum") mean * ncol(items) else mean
}

# One row per person; `scores` has by scale a matrix of persons x waves.
scores_of <- function(rows, design) {
  rows <- rows[rowSums(!is.na(rows[, design$items, drop = FALSE])) > 0, ]
  rows <- rows[order(rows$participant, match(rows$wave, design$waves)), ]
  persons <- unique(rows$participant)
  first_given <- function(column) {
    given <- rows[!is.na(rows[[column]]), ]
    given[[column]][match(persons, given$participant)]
  }
  facts <- c("cohort", "arm", design$covariates)
  people <- as.data.frame(sapply(facts, first_given, simplify = FALSE), stringsAsFactors = FALSE)
  place <- cbind(match(rows$participant, persons), match(rows$wave, design$waves))
  wide <- function(values) {
    out <- matrix(NA_real_, length(persons), length(design$waves), dimnames = list(NULL, design$waves))
    out[place] <- values
    out
  }
  list(
    design = design, rows = rows, persons = persons, people = people,
    answered = !is.na(wide(rep(1, nrow(rows)))),
    scores = lapply(design$scales, function(scale) wide(score_rows(rows, scale, design)))
  )
}

only <- function(data, kept) {
  data$persons <- data$persons[kept]
  data$people <- data$people[kept, , drop = FALSE]
  data$answered <- data$answered[kept, , drop = FALSE]
  data$scores <- lapply(data$scores, function(scores) scores[kept, , drop = FALSE])
  data$rows <- data$rows[data$rows$participant %in% data$persons, ]
  data
}

flow <- function(data) lapply(data$design$waves, function(wave) list(
  wave = wave,
  n = sum(data$answered[, wave]),
  n_paired_with_first = sum(data$answered[, wave] & data$answered[, 1])
))

complete_items <- function(data, code, wave) {
  items <- keyed(data$rows[data$rows$wave == wave, ], data$design$scales[[code]], data$design)
  items[complete.cases(items), , drop = FALSE]
}

# psych for alpha and Feldt's interval; omega total of the sum from factanal, in the items' units.
reliability_of <- function(data, code) sapply(data$design$waves, simplify = FALSE, function(wave) {
  items <- complete_items(data, code, wave)
  n <- nrow(items)
  k <- ncol(items)
  alpha <- alpha_of(items)
  interval <- if (is.na(alpha)) c(NA, NA) else feldt(alpha, n, k)
  list(n = n, k = k, alpha = alpha, alpha_low = interval[1], alpha_high = interval[2],
       omega = omega_of(items))
})

alpha_of <- function(items) {
  if (nrow(items) < 2 || ncol(items) < 2) return(NA)
  # It prints advice about items and categories.
  capture.output(suppressMessages(suppressWarnings(found <- psych::alpha(items, check.keys = FALSE))))
  found$total$raw_alpha
}

feldt <- function(alpha, n, k) {
  found <- psych::alpha.ci(alpha, n.obs = n, n.var = k, digits = 15)
  c(found$lower.ci, found$upper.ci)
}

omega_of <- function(items) {
  if (nrow(items) < 2 || ncol(items) < 3) return(NA)
  fit <- factanal(items, 1, control = list(lower = 1e-6))
  unique <- polished(fit, cor(items), nrow(items))
  spread <- apply(items, 2, sd)
  common <- sum(loadings_for(unique, cor(items)) * spread)^2
  common / (common + sum(unique * spread^2))
}

# Loadings of one factor that fit best for given uniquenesses (Lawley & Maxwell).
loadings_for <- function(unique, correlation) {
  root <- sqrt(unique)
  parts <- eigen(correlation / outer(root, root), symmetric = TRUE)
  loadings <- root * parts$vectors[, 1] * sqrt(max(parts$values[1] - 1, 0))
  loadings * sign(sum(loadings))
}

# factanal stops when the likelihood no longer improves, which leaves about eight digits. At the
# maximum each item's variance is met: loading^2 + uniqueness = 1. Newton's steps from there on.
polished <- function(fit, correlation, n) {
  unique <- fit$uniquenesses
  miss <- function(u) loadings_for(u, correlation)^2 + u - 1
  for (step in 1:9) {
    slopes <- sapply(seq_along(unique), function(i) {
      moved <- replace(numeric(length(unique)), i, 1e-5)
      (miss(unique + moved) - miss(unique - moved)) / 2e-5
    })
    unique <- unique - solve(slopes, miss(unique))
  }
  stopifnot(max(abs(unique - fit$uniquenesses)) < 1e-3, max(abs(miss(unique))) < 1e-12)
  unique
}

waves_of <- function(data, code) {
  scale <- data$design$scales[[code]]
  ranges <- data$design$ranges[keys_of(scale)]
  both <- sapply(c("min", "max"), function(end) {
    ends <- sapply(ranges, `[[`, end)
    if (scale$score == "sum") sum(ends) else mean(ends)
  })
  sapply(data$design$waves, simplify = FALSE, function(wave) {
    x <- data$scores[[code]][, wave]
    x <- x[!is.na(x)]
    at <- function(bound) if (length(x)) 100 * mean(abs(x - bound) < 1e-9) else NA
    list(n = length(x), mean = if (length(x)) mean(x) else NA, sd = sd(x),
         floor_percent = at(both[[1]]), ceiling_percent = at(both[[2]]))
  })
}
