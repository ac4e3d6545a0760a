# What R makes of a data set: every number of the outcome report, in the report's own shape.
#
#   Rscript reference.R FOLDER RESPONSES.csv > FOLDER/reference.json
#
# FOLDER holds instrument.yaml and study.yaml. Written for R 4.2 with psych, lme4, nlme, metafor,
# jsonlite and yaml as Debian 12 has them. Nothing here is taken over from the portal: where R or a
# package has the method it is called, else the formula stands here as its source gives it.

suppressPackageStartupMessages({
  library(psych)
  library(lme4)
  library(metafor)
})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
for (part in c("scales.R", "changes.R", "mixed.R", "groups.R")) source(file.path(here, part))

arguments <- commandArgs(TRUE)
instrument <- yaml::read_yaml(file.path(arguments[1], "instrument.yaml"))
study <- yaml::read_yaml(file.path(arguments[1], "study.yaml"))
rows <- read.csv(arguments[2], colClasses = c(participant = "character", wave = "character"),
                 check.names = FALSE, na.strings = "")
for (label in c("cohort", "arm", unlist(study$covariates))) {
  if (is.null(rows[[label]])) rows[[label]] <- NA
  rows[[label]] <- as.character(rows[[label]])
}

design <- read_design(study, instrument)
everybody <- scores_of(rows, design)
trained <- only(everybody, is.na(everybody$people$arm) | everybody$people$arm %in% design$trained)

report <- list(
  flow = flow(trained),
  scales = adjusted(lapply(names(design$scales), function(code) list(
    reliability = reliability_of(trained, code),
    waves = waves_of(trained, code),
    changes = changes_of(trained, code),
    mixed = mixed_of(trained, code),
    distributions = distributions_of(trained, code),
    change_distributions = change_distributions_of(trained, code)
  )), design),
  breakdowns = breakdowns_of(trained),
  comparisons = comparisons_of(everybody),
  attrition = attrition_of(trained)
)

packages <- c("psych", "lme4", "nlme", "metafor", "jsonlite", "yaml")
told <- list(
  made_by = "tests/data/r/reference.R",
  versions = c(list(R = as.character(getRversion())),
               sapply(packages, function(name) as.character(packageVersion(name)), simplify = FALSE)),
  responses_sha256 = sub(" .*", "", system2("sha256sum", shQuote(arguments[2]), stdout = TRUE)),
  report = report
)
cat(jsonlite::toJSON(told, auto_unbox = TRUE, digits = NA, na = "null", null = "null"))

