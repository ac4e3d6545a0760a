# Groups beside each other: by cohort and covariate, by arm, and those lost beside those who stayed.

# All groups whatever their size; those below the threshold, and whoever is in none, count in the
# rest. `pooled` is over the others.
breakdowns_of <- function(data) {
  by <- c(list("cohort"), as.list(data$design$covariates))
  if (length(data$design$covariates) > 1)
    by <- c(by, combn(data$design$covariates, 2, simplify = FALSE))
  each_change(data, function(code, pair, both, earlier, later) lapply(by, function(names) {
    labels <- data$people[both, names, drop = FALSE]
    given <- complete.cases(labels)
    keys <- unique(labels[given, , drop = FALSE])
    groups <- lapply(seq_len(nrow(keys)), function(i) {
      members <- given & apply(labels, 1, function(one) identical(unname(unlist(one)), unname(unlist(keys[i, ]))))
      c(list(labels = I(unname(unlist(keys[i, ])))), group_change(earlier[members], later[members]))
    })
    sizes <- unlist(lapply(groups, `[[`, "n"))
    rest <- sum(both) - sum(sizes[sizes >= data$design$threshold])
    c(list(scale = code, from = pair[1], to = pair[2], by = I(names)),
      list(groups = groups, n_groups = sum(sizes >= data$design$threshold), rest = if (rest > 0) list(n = rest),
           pooled = if (identical(names, "cohort")) pooled_of(groups, data$design$threshold)))
  }))
}

each_change <- function(data, body) {
  found <- list()
  for (code in names(data$scores)) for (pair in pairs_of(data$design$waves)) {
    scores <- data$scores[[code]]
    both <- !is.na(scores[, pair[1]]) & !is.na(scores[, pair[2]])
    found <- c(found, body(code, pair, both, scores[both, pair[1]], scores[both, pair[2]]))
  }
  found
}

group_change <- function(earlier, later) {
  d <- later - earlier
  n <- length(d)
  spread <- if (isTRUE(sd(d) > 1e-9)) sd(d) else NA
  se <- spread / sqrt(n)
  list(n = n, mean_from = mean(earlier), mean_to = mean(later), mean_change = mean(d),
       sd_change = sd(d), se = se, ci_low = mean(d) - qt(.975, max(n - 1, 1)) * se,
       ci_high = mean(d) + qt(.975, max(n - 1, 1)) * se, d_z = mean(d) / spread,
       g_z = if (n > 2) hedges(mean(d) / spread, n - 1) else NA)
}

# DerSimonian & Laird by metafor, the interval by Hartung & Knapp, never narrower than without; I2 from Q (Higgins & Thompson), which for DL is metafor's own.
pooled_of <- function(groups, threshold) {
  shown <- Filter(function(group) group$n >= threshold && isTRUE(group$se > 0), groups)
  if (length(shown) < 2) return(NULL)
  fit <- metafor::rma(sapply(shown, `[[`, "mean_change"), sei = sapply(shown, `[[`, "se"), method = "DL",
                      test = "adhoc")
  q <- fit$QE
  list(estimate = fit$beta[[1]], se = fit$se, ci_low = fit$ci.lb, ci_high = fit$ci.ub, q = q,
       df = fit$k - 1, p = fit$QEp, tau2 = fit$tau2, i2 = 100 * max(0, (q - fit$k + 1) / q))
}

# Everybody of an arm that was not trained beside those who were.
comparisons_of <- function(data) {
  trained <- is.na(data$people$arm) | data$people$arm %in% data$design$trained
  each_change(data, function(code, pair, both, earlier, later) {
    lapply(unlist(data$design$others), function(arm) {
      kept <- trained[both] | data$people$arm[both] %in% arm
      compared(code, pair, arm, earlier[kept], later[kept], trained[both][kept],
               data$people$cohort[both][kept])
    })
  })
}

compared <- function(code, pair, arm, earlier, later, trained, cohort) {
  side <- function(here) list(n = sum(here), mean_from = mean(earlier[here]),
    mean_to = mean(later[here]), mean_change = mean((later - earlier)[here]),
    sd_change = sd((later - earlier)[here]))
  change <- later - earlier
  list(
    scale = code, from = pair[1], to = pair[2], arm = arm,
    groups = list(trained = side(trained), other = side(!trained)),
    did = coefficient(lm(change ~ trained), cohort),
    ancova = coefficient(lm(later ~ trained + earlier), cohort),
    d_ppc2 = morris(earlier, later, trained)
  )
}

# Errors are CR1 over cohorts where there are any; whoever has none is a cluster alone. Degrees of
# freedom are those of the arm with fewer cohorts. The classical error stands where its interval is
# the wider one. A single cohort in an arm leaves no error.
coefficient <- function(fit, cohort) {
  clustered <- any(!is.na(cohort))
  alone <- is.na(cohort)
  cohort[alone] <- paste0("alone ", which(alone))
  treated <- model.matrix(fit)[, "trainedTRUE"] == 1
  counts <- if (clustered) c(length(unique(cohort[treated])), length(unique(cohort[!treated]))) else c(NA, NA)
  estimate <- coef(fit)[["trainedTRUE"]]
  se <- summary(fit)$coefficients["trainedTRUE", "Std. Error"]
  df <- fit$df.residual
  if (clustered && min(counts) < 2) se <- NA
  if (clustered && min(counts) > 1) {
    robust <- cluster_se(fit, cohort)[["trainedTRUE"]]
    if (qt(.975, min(counts) - 1) * robust >= qt(.975, df) * se) {
      se <- robust
      df <- min(counts) - 1
    }
  }
  list(estimate = estimate, se = se, df = if (is.na(se)) NA else df, ci_low = estimate - qt(.975, df) * se,
       ci_high = estimate + qt(.975, df) * se, p = 2 * pt(-abs(estimate / se), df),
       n_clusters = if (clustered) length(unique(cohort)) else NA,
       n_clusters_trained = counts[1], n_clusters_other = counts[2])
}

# Morris (2008), equations 8 to 10.
morris <- function(earlier, later, trained) {
  n1 <- sum(trained)
  n2 <- sum(!trained)
  pooled <- sqrt(((n1 - 1) * var(earlier[trained]) + (n2 - 1) * var(earlier[!trained])) / (n1 + n2 - 2))
  gain <- mean((later - earlier)[trained]) - mean((later - earlier)[!trained])
  (1 - 3 / (4 * (n1 + n2 - 2) - 1)) * gain / pooled
}

# Of those who were asked again: somebody of their cohort answered. Without one, anybody at all.
attrition_of <- function(data) {
  cohort <- data$people$cohort
  lapply(data$design$waves[-1], function(wave) {
    here <- data$answered[, wave]
    asked <- ifelse(is.na(cohort), any(here), cohort %in% cohort[here])
    first <- data$answered[, 1] & asked
    stayed <- here[first]
    list(
      wave = wave, n_first = sum(first), n_stayed = sum(stayed), n_lost = sum(!stayed),
      n_not_asked = sum(data$answered[, 1] & !asked),
      scales = lapply(data$scores, function(scores) welch(scores[first, 1], stayed)),
      covariates = sapply(data$design$covariates, simplify = FALSE, function(name) {
        chi_square(data$people[first, name], stayed)
      }),
      logistic = logistic(do.call(cbind, lapply(data$scores, function(scores) scores[first, 1])), stayed)
    )
  })
}

welch <- function(score, stayed) {
  x <- score[stayed & !is.na(score)]
  y <- score[!stayed & !is.na(score)]
  told <- list(mean_stayed = if (length(x)) mean(x) else NA, sd_stayed = sd(x),
               mean_lost = if (length(y)) mean(y) else NA, sd_lost = sd(y))
  if (min(length(x), length(y)) < 2) return(c(told, list(t = NA, df = NA, p = NA, d = NA)))
  test <- t.test(x, y)
  pooled <- sqrt(((length(x) - 1) * var(x) + (length(y) - 1) * var(y)) / (length(x) + length(y) - 2))
  c(told, list(t = test$statistic[[1]], df = test$parameter[[1]], p = test$p.value,
               d = (mean(x) - mean(y)) / pooled))
}

chi_square <- function(choice, stayed) {
  table <- table(choice[!is.na(choice)], stayed[!is.na(choice)])
  if (min(dim(table)) < 2) return(list(chi2 = NA, df = NA, p = NA))
  test <- suppressWarnings(chisq.test(table, correct = FALSE))
  list(chi2 = test$statistic[[1]], df = test$parameter[[1]], p = test$p.value)
}

logistic <- function(scores, stayed) {
  known <- complete.cases(scores)
  told <- list(n = sum(known), scales = I(colnames(scores)))
  none <- c(told, list(chi2 = NA, df = NA, p = NA))
  if (length(unique(stayed[known])) < 2) return(none)
  control <- list(epsilon = 1e-14, maxit = 100)
  full <- glm(stayed[known] ~ scores[known, ], family = binomial, control = control)
  empty <- glm(stayed[known] ~ 1, family = binomial, control = control)
  test <- anova(empty, full, test = "LRT")
  c(told, list(chi2 = test$Deviance[2], df = test$Df[2], p = test[["Pr(>Chi)"]][2]))
}

# How many have each score, or each change.
counts_of <- function(x) {
  found <- table(round(x[!is.na(x)], 9))
  lapply(seq_along(found), function(i) c(as.numeric(names(found)[i]), found[[i]]))
}

distributions_of <- function(data, code) lapply(data$design$waves, function(wave) list(
  wave = wave, values = counts_of(data$scores[[code]][, wave])
))

change_distributions_of <- function(data, code) lapply(pairs_of(data$design$waves), function(pair) list(
  from = pair[1], to = pair[2],
  values = counts_of(data$scores[[code]][, pair[2]] - data$scores[[code]][, pair[1]])
))
