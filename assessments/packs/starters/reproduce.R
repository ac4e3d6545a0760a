# Computes the main table of this release anew, from data_long.csv and scoring.json alone.
#
# Run it in the folder of the release: Rscript reproduce.R
# It needs no package. It prints the table and compares it with main_table.csv: every number has to
# agree to 1e-9 (the bounds of d_z to 1e-6, and only where R's noncentral t is exact, that is below a
# noncentrality of 37). It ends with status 1 if one does not.

TOLERANCE <- 1e-9

# ---- A small reader of JSON: objects become named lists, arrays lists, null NULL.
read_json <- function(path) {
  text <- paste(readLines(path, encoding = "UTF-8", warn = FALSE), collapse = "\n")
  pattern <- "\"(?:[^\"\\\\]|\\\\.)*\"|-?[0-9][0-9.eE+-]*|true|false|null|[][{},:]"
  tokens <- regmatches(text, gregexpr(pattern, text, perl = TRUE))[[1]]
  at <- 0
  following <- function() {
    at <<- at + 1
    tokens[[at]]
  }
  value <- function(token) {
    if (token == "{") return(members("}", TRUE))
    if (token == "[") return(members("]", FALSE))
    if (startsWith(token, "\"")) return(unquoted(token))
    switch(token, true = TRUE, false = FALSE, null = NULL, as.numeric(token))
  }
  members <- function(end, named) {
    found <- list()
    names <- character()
    repeat {
      token <- following()
      if (token == end) break
      if (token == ",") next
      if (named) {
        names <- c(names, unquoted(token))
        following()
        token <- following()
      }
      found <- c(found, list(value(token)))
    }
    if (named) names(found) <- names
    found
  }
  value(following())
}

unquoted <- function(token) {
  inside <- substr(token, 2, nchar(token) - 1)
  codes <- unique(regmatches(inside, gregexpr("\\\\u[0-9a-fA-F]{4}", inside))[[1]])
  for (code in codes) {
    number <- strtoi(substr(code, 3, 6), 16L)
    if (number > 0) inside <- gsub(code, intToUtf8(number), inside, fixed = TRUE)
  }
  gsub("\\\\(.)", "\\1", inside)
}

# ---- Text without the apostrophe that guards spreadsheets.
unguarded <- function(text) sub("^'([-=+@\t\r\n])", "\\1", text)

read_rows <- function(scoring) {
  rows <- read.csv("data_long.csv", colClasses = c(code = "character", wave = "character"),
                   na.strings = "", encoding = "UTF-8", check.names = FALSE)
  for (column in intersect(c("code", "wave", "arm", "cluster"), names(rows)))
    rows[[column]] <- unguarded(as.character(rows[[column]]))
  if ("arm" %in% names(rows))
    rows <- rows[is.na(rows$arm) | rows$arm %in% unlist(scoring$training_arms), ]
  rows
}

# ---- Mean of the answered items, reversed ones turned; for a sum, that mean times all items.
score <- function(rows, scale) {
  items <- sapply(scale$items, function(item) {
    known <- !is.null(item$column) && item$column %in% names(rows)
    answers <- if (known) as.numeric(rows[[item$column]]) else rep(NA_real_, nrow(rows))
    if (item$reversed) item$min + item$max - answers else answers
  })
  items <- matrix(items, nrow = nrow(rows))
  scores <- rowMeans(items, na.rm = TRUE)
  scores[rowSums(!is.na(items)) < scale$min_answered] <- NA
  if (scale$score == "sum") scores * length(scale$items) else scores
}

varies <- function(values) diff(range(round(values, 9))) > 0

# ---- Change of the same persons, later minus earlier.
change <- function(first, second) {
  d <- second - first
  n <- length(d)
  row <- list(n = n, mean_from = mean(first), sd_from = sd(first), mean_to = mean(second),
              sd_to = sd(second), mean_change = mean(d), sd_change = 0)
  if (varies(first) && varies(second)) row$r <- cor(first, second)
  if (varies(d)) {
    test <- t.test(second, first, paired = TRUE)
    d_z <- mean(d) / sd(d)
    bounds <- d_z_interval(d_z, n)
    half <- (n - 1) / 2
    row <- c(row[names(row) != "sd_change"], list(
      sd_change = sd(d), ci_low = test$conf.int[1], ci_high = test$conf.int[2],
      t = unname(test$statistic), df = n - 1, p = test$p.value, d_z = d_z,
      d_z_low = bounds[1], d_z_high = bounds[2],
      g_z = d_z * exp(lgamma(half) - lgamma(half - 0.5)) / sqrt(half),
      d_av = mean(d) / sqrt((var(first) + var(second)) / 2)))
    if (!is.null(row$r)) row$d_rm <- d_z * sqrt(max(0, 2 * (1 - row$r)))
  }
  c(row, signed_rank(d))
}

# ---- The noncentralities under which t has probability .975 and .025, divided by sqrt n.
d_z_interval <- function(d_z, n) {
  t <- abs(d_z) * sqrt(n)
  if (t > 34) return(c(NA, NA))
  bound <- function(probability) {
    excess <- function(c) suppressWarnings(pt(t, n - 1, c)) - probability
    uniroot(excess, c(t - 10, t + 10), extendInt = "downX", tol = 1e-12)$root / sqrt(n)
  }
  bounds <- c(bound(0.975), bound(0.025))
  if (d_z >= 0) bounds else -rev(bounds)
}

# ---- Wilcoxon's signed ranks without zeros; normal approximation with both corrections.
signed_rank <- function(d) {
  d <- round(d, 9)
  moved <- d[d != 0]
  row <- list(wilcoxon_zeros = length(d) - length(moved), wilcoxon_w_plus = 0, wilcoxon_w_minus = 0)
  if (length(moved) == 0) return(row)
  ranks <- rank(abs(moved))
  plus <- sum(ranks[moved > 0])
  minus <- sum(ranks[moved < 0])
  row$wilcoxon_w_plus <- plus
  row$wilcoxon_w_minus <- minus
  row$wilcoxon_p <- wilcox.test(moved, exact = FALSE, correct = TRUE)$p.value
  row$wilcoxon_rank_biserial <- (plus - minus) / (plus + minus)
  row
}

# ---- ICC(1) of unequal groups, and the cluster-robust error of the mean (CR1).
clustering <- function(d, clusters) {
  named <- !is.na(clusters)
  d <- d[named]
  clusters <- clusters[named]
  groups <- split(d, clusters)
  row <- list(cluster_n_cohorts = length(groups))
  if (length(groups) < 2 || !varies(d)) return(row)
  sizes <- sapply(groups, length)
  n <- sum(sizes)
  g <- length(groups)
  sums <- sapply(groups, function(group) sum(group - mean(d)))
  row$cluster_se_robust <- sqrt(g / (g - 1) * sum(sums^2)) / n
  if (n > g) {
    between <- sum(sizes * (sapply(groups, mean) - mean(d))^2) / (g - 1)
    within <- sum(sapply(groups, function(group) sum((group - mean(group))^2))) / (n - g)
    typical <- (n - sum(sizes^2) / n) / (g - 1)
    row$cluster_icc <- (between - within) / (between + (typical - 1) * within)
  }
  row
}

is_pair_of <- function(pairs, pair) {
  any(vapply(pairs, function(one) identical(unlist(one), pair), logical(1)))
}

# ---- One row per scale and pair of comparable waves, with at least the threshold of persons.
main_table <- function(rows, scoring) {
  found <- list()
  for (scale in scoring$scales) {
    scored <- rows
    scored$score <- score(rows, scale)
    scored <- scored[!is.na(scored$score), ]
    for (pair in lapply(scoring$wave_pairs, unlist)) {
      if (is_pair_of(scale$not_comparable, pair)) next
      first <- scored[scored$wave == pair[1], ]
      second <- scored[scored$wave == pair[2], ]
      both <- intersect(first$code, second$code)
      if (length(both) < scoring$threshold) next
      first <- first[match(both, first$code), ]
      second <- second[match(both, second$code), ]
      clusters <- if ("cluster" %in% names(rows)) first$cluster else rep(NA, length(both))
      row <- c(list(scale = scale$code, from = pair[1], to = pair[2]),
               change(first$score, second$score),
               clustering(second$score - first$score, clusters))
      found <- c(found, list(row))
    }
  }
  adjusted(found, scoring)
}

# ---- Holm within the family (a primary scale outside it stands alone), Benjamini-Hochberg for all
# others; for each pair of waves.
adjusted <- function(found, scoring) {
  pairs <- vapply(found, function(row) paste(row$from, row$to), "")
  scales <- vapply(found, function(row) row$scale, "")
  tested <- vapply(found, function(row) !is.null(row$p), TRUE)
  family <- scales %in% unlist(scoring$family)
  alone <- !family & scales == scoring$primary
  groups <- list(list(family, "p_holm", "holm"), list(alone, "p_holm", "holm"),
                 list(!family & !alone, "p_bh", "BH"))
  for (pair in unique(pairs)) for (group in groups) {
    at <- which(pairs == pair & tested & group[[1]])
    p <- p.adjust(vapply(found[at], function(row) row$p, 0), method = group[[3]])
    for (i in seq_along(at)) found[[at[i]]][[group[[2]]]] <- p[i]
  }
  found
}

# ---- Where main_table.csv says something else.
differences <- function(found) {
  given <- read.csv("main_table.csv", na.strings = "", encoding = "UTF-8", check.names = FALSE)
  if (nrow(given) != length(found))
    return(sprintf("%d rows here, %d in main_table.csv", length(found), nrow(given)))
  told <- character()
  for (i in seq_along(found)) for (column in names(given)) {
    mine <- found[[i]][[column]]
    theirs <- given[[column]][i]
    if (column %in% c("scale", "from", "to")) {
      same <- identical(mine, unguarded(as.character(theirs)))
    } else if (column %in% c("d_z_low", "d_z_high") && !is.null(mine)) {
      same <- is.na(mine) || abs(mine - theirs) <= 1e-6
    } else if (is.null(mine) || is.na(theirs)) {
      same <- is.null(mine) && is.na(theirs)
    } else {
      same <- abs(mine - theirs) <= TOLERANCE * max(1, abs(mine), abs(theirs))
    }
    if (!same) told <- c(told, sprintf("%s %s %s %s: %s, not %s", found[[i]]$scale,
                                       found[[i]]$from, found[[i]]$to, column,
                                       format(mine, digits = 17), format(theirs, digits = 17)))
  }
  told
}

scoring <- read_json("scoring.json")
found <- main_table(read_rows(scoring), scoring)
for (row in found) {
  cat(sprintf("%-24s %s -> %s  n %d  change %.4f [%.4f, %.4f]  d_z %.4f  p %.4g\n", row$scale,
              row$from, row$to, row$n, row$mean_change, c(row$ci_low, NA)[1],
              c(row$ci_high, NA)[1], c(row$d_z, NA)[1], c(row$p, NA)[1]))
}
told <- differences(found)
cat(if (length(told)) told else "Equal to main_table.csv in every number", sep = "\n")
quit(status = if (length(told)) 1 else 0)
