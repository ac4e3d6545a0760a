# All waves at once: REML with the wave as a category and people in cohorts, by lme4; nlme has to
# agree. Intervals are t: with 2 to 9 cohorts at cohorts - 1 degrees of freedom, else at those of a
# contrast within people (nlme's rule).

mixed_of <- function(data, code) {
  long <- long_scores(data, code)
  waves <- data$design$waves[-1]
  named <- unique(data$people$cohort[data$persons %in% long$person & !is.na(data$people$cohort)])
  persons <- length(unique(long$person))
  within <- nrow(long) - persons - (nlevels(long$wave) - 1)
  told <- list(n_rows = nrow(long), n_persons = persons, n_cohorts = length(named))
  if (within < 1) return(c(told, list(waves = nothing_by(waves), sd_person = NA, sd_cohort = NA,
                                      sd_residual = NA, loglik = NA, df = NA)))
  nested <- length(named) > 1
  fit <- fit_lmer(long, nested)
  agrees_with_nlme(fit, long, nested)
  df <- if (length(named) > 1 && length(named) < 10) length(named) - 1 else within
  sds <- as.data.frame(VarCorr(fit))
  sd <- function(group) {
    found <- sds$sdcor[sds$grp == group]
    # A variance on its boundary comes out as dust.
    if (length(found)) ifelse(found < 1e-7 * sigma(fit), 0, found) else NA
  }
  c(told, list(
    waves = sapply(waves, effect_of, fit = fit, df = df, simplify = FALSE),
    sd_person = if (nested) sd("person:cohort") else sd("person"),
    sd_cohort = sd("cohort"), sd_residual = sd("Residual"),
    loglik = as.numeric(logLik(fit, REML = TRUE)), df = df
  ))
}

long_scores <- function(data, code) {
  scores <- data$scores[[code]]
  at <- which(!is.na(scores), arr.ind = TRUE)
  person <- data$persons[at[, 1]]
  cohort <- data$people$cohort[at[, 1]]
  # Whoever has no cohort resembles nobody.
  alone <- is.na(cohort)
  cohort[alone] <- paste0("alone ", person[alone])
  data.frame(score = scores[at], person = factor(person), cohort = factor(cohort),
             wave = droplevels(factor(data$design$waves[at[, 2]], levels = data$design$waves)))
}

fit_lmer <- function(long, nested) {
  formula <- if (nested) score ~ wave + (1 | cohort / person) else score ~ wave + (1 | person)
  control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhobeg = 0.1, rhoend = 1e-9),
                         check.conv.singular = "ignore", calc.derivs = FALSE)
  suppressMessages(lmer(formula, long, REML = TRUE, control = control))
}

effect_of <- function(wave, fit, df) {
  name <- paste0("wave", wave)
  if (!name %in% names(fixef(fit))) return(list(estimate = NA, se = NA, low = NA, high = NA))
  estimate <- fixef(fit)[[name]]
  se <- sqrt(vcov(fit)[name, name])
  list(estimate = estimate, se = se, low = estimate - qt(.975, df) * se,
       high = estimate + qt(.975, df) * se)
}

nothing_by <- function(waves) sapply(waves, simplify = FALSE, function(wave) {
  list(estimate = NA, se = NA, low = NA, high = NA)
})

agrees_with_nlme <- function(fit, long, nested) {
  random <- if (nested) ~ 1 | cohort / person else ~ 1 | person
  control <- nlme::lmeControl(msTol = 1e-10, tolerance = 1e-9, maxIter = 200, returnObject = TRUE)
  other <- nlme::lme(score ~ wave, long, random, method = "REML", control = control)
  stopifnot(
    isTRUE(all.equal(fixef(fit), nlme::fixef(other), tolerance = 1e-5)),
    abs(as.numeric(logLik(fit)) - as.numeric(logLik(other))) < 1e-5
  )
}
