# Change between two waves of the same people.

pairs_of <- function(waves) {
  later <- waves[-1]
  c(lapply(later, function(wave) c(waves[1], wave)),
    lapply(seq_along(later)[-1], function(i) c(later[i - 1], later[i])))
}

changes_of <- function(data, code) lapply(pairs_of(data$design$waves), function(pair) {
  scores <- data$scores[[code]]
  both <- !is.na(scores[, pair[1]]) & !is.na(scores[, pair[2]])
  alpha <- alpha_of(complete_items(data, code, pair[1]))
  better <- data$design$scales[[code]]$better
  c(list(from = pair[1], to = pair[2], comparable = TRUE),
    change(scores[both, pair[1]], scores[both, pair[2]], data$people$cohort[both], alpha, better,
           data$design$margins[[code]]))
})

change <- function(earlier, later, cohort, alpha, better, margin) {
  d <- later - earlier
  n <- length(d)
  if (n == 0) return(no_change())
  test <- t.test(later, earlier, paired = TRUE)
  d_z <- mean(d) / sd(d)
  interval <- d_z_interval(d_z, n)
  list(
    n = n, mean_from = mean(earlier), sd_from = sd(earlier), mean_to = mean(later),
    sd_to = sd(later), r = cor(earlier, later), mean_change = mean(d), sd_change = sd(d),
    ci_low = test$conf.int[1], ci_high = test$conf.int[2], t = test$statistic[[1]],
    df = test$parameter[[1]], p = test$p.value,
    d_z = d_z, d_z_low = interval[1], d_z_high = interval[2], g_z = hedges(d_z, n - 1),
    d_av = mean(d) / sqrt((var(earlier) + var(later)) / 2),
    d_rm = d_z * sqrt(2 * (1 - cor(earlier, later))),
    wilcoxon = signed_rank(d), reliable = reliable(earlier, later, alpha, better),
    cluster = clustering(d, cohort), equivalence = equivalence(earlier, later, margin),
    detectable_d_z = detectable(n)
  )
}

no_change <- function() {
  none <- function(...) sapply(c(...), function(name) NA, simplify = FALSE)
  c(list(n = 0),
    none("mean_from", "sd_from", "mean_to", "sd_to", "r", "mean_change", "sd_change", "ci_low",
         "ci_high", "t", "df", "p", "d_z", "d_z_low", "d_z_high", "g_z", "d_av", "d_rm"),
    list(wilcoxon = none("w_plus", "w_minus", "zeros", "p", "rank_biserial"),
         reliable = none("improved", "unchanged", "worsened"),
         cluster = clustering(numeric(), character()), equivalence = none("margin", "low", "high", "p"),
         detectable_d_z = NA))
}

# Steiger & Fouladi: the noncentralities under which the t found is the 97.5 or 2.5 % point.
d_z_interval <- function(d_z, n) {
  t <- abs(d_z) * sqrt(n)
  at <- function(probability) {
    off <- function(ncp) suppressWarnings(pt(t, n - 1, ncp)) - probability
    uniroot(off, t + c(-8, 8), extendInt = "downX", tol = 1e-13)$root / sqrt(n)
  }
  found <- c(at(.975), at(.025))
  if (d_z < 0) -rev(found) else found
}

hedges <- function(d, m) d * exp(lgamma(m / 2) - lgamma((m - 1) / 2)) / sqrt(m / 2)

signed_rank <- function(d) {
  d <- round(d, 9)
  test <- suppressWarnings(wilcox.test(d, exact = FALSE, correct = TRUE))
  moved <- sum(d != 0)
  plus <- test$statistic[[1]]
  minus <- moved * (moved + 1) / 2 - plus
  list(w_plus = plus, w_minus = minus, zeros = sum(d == 0), p = test$p.value,
       rank_biserial = (plus - minus) / (plus + minus))
}

# Jacobson & Truax (1991).
reliable <- function(earlier, later, alpha, better) {
  if (is.na(alpha)) return(list(improved = NA, unchanged = NA, worsened = NA))
  index <- (later - earlier) / (sd(earlier) * sqrt(2) * sqrt(1 - alpha))
  if (better == "lower") index <- -index
  list(improved = sum(index > 1.96), unchanged = sum(abs(index) <= 1.96), worsened = sum(index < -1.96))
}

equivalence <- function(earlier, later, margin) {
  if (is.null(margin)) return(list(margin = NA, low = NA, high = NA, p = NA))
  interval <- t.test(later, earlier, paired = TRUE, conf.level = .9)$conf.int
  above <- t.test(later, earlier, paired = TRUE, mu = -margin, alternative = "greater")$p.value
  below <- t.test(later, earlier, paired = TRUE, mu = margin, alternative = "less")$p.value
  list(margin = margin, low = interval[1], high = interval[2], p = max(above, below))
}

detectable <- function(n) {
  if (n < 2) return(NA)
  power.t.test(n = n, power = .8, type = "paired", strict = TRUE, tol = 1e-14)$delta
}

# Intraclass correlation from aov (Donner 1986); CR1 as sandwich of lm(d ~ 1) over cohorts.
clustering <- function(d, cohort) {
  named <- !is.na(cohort)
  d <- d[named]
  cohort <- factor(cohort[named])
  groups <- nlevels(cohort)
  none <- list(n_cohorts = groups, icc = NA, se_robust = NA, design_effect = NA, ci_low = NA,
               ci_high = NA, p = NA)
  if (groups < 2) return(none)
  squares <- summary(aov(d ~ cohort))[[1]][["Mean Sq"]]
  sizes <- table(cohort)
  n0 <- (sum(sizes) - sum(sizes^2) / sum(sizes)) / (groups - 1)
  icc <- (squares[1] - squares[2]) / (squares[1] + (n0 - 1) * squares[2])
  # Kish (1965): the size of the cohort in which a person stands on average.
  design <- 1 + (sum(sizes^2) / sum(sizes) - 1) * icc
  se <- cluster_se(lm(d ~ 1), cohort)[1]
  t <- mean(d) / se
  list(n_cohorts = groups, icc = icc,
       se_robust = se, design_effect = design,
       ci_low = mean(d) - qt(.975, groups - 1) * se, ci_high = mean(d) + qt(.975, groups - 1) * se,
       p = 2 * pt(-abs(t), groups - 1))
}

cluster_se <- function(fit, cluster) {
  x <- model.matrix(fit)
  bread <- solve(crossprod(x))
  scores <- rowsum(x * residuals(fit), cluster)
  g <- nrow(scores)
  correction <- g / (g - 1) * (nrow(x) - 1) / (nrow(x) - ncol(x))
  sqrt(diag(correction * bread %*% crossprod(scores) %*% bread))
}

# Over the scales of each pair of waves: Holm within the family, a primary scale outside it alone,
# Benjamini-Hochberg for all others.
adjusted <- function(scales, design) {
  names(scales) <- names(design$scales)
  for (i in seq_along(pairs_of(design$waves))) {
    p <- sapply(scales, function(scale) scale$changes[[i]]$p)
    holm <- bh <- p * NA
    shown <- names(p)[!is.na(p)]
    family <- intersect(design$family, shown)
    holm[family] <- p.adjust(p[family], "holm")
    alone <- setdiff(intersect(design$primary, shown), family)
    holm[alone] <- p[alone]
    rest <- setdiff(shown, c(family, alone))
    bh[rest] <- p.adjust(p[rest], "BH")
    for (code in names(scales)) {
      scales[[code]]$changes[[i]]$p_holm <- holm[[code]]
      scales[[code]]$changes[[i]]$p_bh <- bh[[code]]
    }
  }
  scales
}
