"""Scale scores of released rows, and how they changed: by the portal's own statistics.

What the main table says is computed from released rows alone, so that whoever has the pack can
compute it too. Importing scipy and statsmodels takes seconds: only `main_table` does.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from assessments.measures import Scale
from assessments.outcomes import adjust
from assessments.packs.names import names_for
from assessments.packs.tables import PIECE, Rows
from assessments.packs.variables import ARM, CLUSTER, CODE, WAVE
from assessments.scoring import score

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Numbers = np.ndarray[Any, np.dtype[np.float64]]

_FROM_ROW = (
    *("n", "mean_from", "sd_from", "mean_to", "sd_to", "r", "mean_change", "sd_change"),
    *("ci_low", "ci_high", "t", "df", "p", "p_holm", "p_bh"),
    *("d_z", "d_z_low", "d_z_high", "g_z", "d_av", "d_rm"),
)
_WILCOXON = ("w_plus", "w_minus", "zeros", "p", "rank_biserial")
_CLUSTER = ("n_cohorts", "icc", "se_robust")
COLUMNS = (
    *("scale", "from", "to", *_FROM_ROW),
    *(f"wilcoxon_{name}" for name in _WILCOXON),
    *(f"cluster_{name}" for name in _CLUSTER),
)
WHOLE_COLUMNS = frozenset({"n", "df", "wilcoxon_zeros", "cluster_n_cohorts"})


def scale_columns(rows: Rows) -> dict[str, str]:
    """The column of scores.csv by the code of its scale."""
    codes = [scale.code for scale in rows.frame.instrument.scales]
    return dict(zip(codes, names_for([CODE, WAVE, *codes])[2:], strict=True))


def scores_of(rows: Rows) -> "pa.Table":
    """Code, wave and the score of each scale, one row per response, in the order of the long
    table; scored as `assessments.scoring` does it."""
    import pyarrow as pa

    pieces = list(_score_pieces(rows))
    columns = {CODE: rows.column(CODE), WAVE: rows.column(WAVE)}
    for number, name in enumerate(scale_columns(rows).values()):
        columns[name] = pa.chunked_array([piece[number] for piece in pieces], pa.float64())
    return pa.table(columns)


def _score_pieces(rows: Rows) -> Iterator[list["pa.Array"]]:
    import pyarrow as pa

    items = {v.name: v.source for v in rows.variables if v.item}
    instrument = rows.frame.instrument
    for piece in rows.table.select(list(items)).to_batches(max_chunksize=PIECE):
        answers = piece.to_pandas().rename(columns=items)
        yield [
            pa.array(score(answers, scale, instrument).to_numpy(), from_pandas=True)
            for scale in instrument.scales
        ]


def main_table(rows: Rows, scores: "pa.Table") -> "pa.Table":
    """One row per scale and pair of waves that may be compared, with at least the study's
    threshold of persons of training arms who have both scores. `cluster_` figures exist where
    blocks of cohorts were released. p values are adjusted over the rows of the table, per pair of
    waves, as in the report."""
    import pyarrow as pa

    changes = _changes(rows, scores)
    flat = [_flat(change) for change in changes]
    whole, number = pa.int64(), pa.float64()
    types = {name: whole if name in WHOLE_COLUMNS else number for name in COLUMNS[3:]}
    schema = pa.schema([(name, types.get(name, pa.string())) for name in COLUMNS])
    return pa.Table.from_pylist(flat, schema)


def _changes(rows: Rows, scores: "pa.Table") -> list[dict[str, Any]]:
    """The rows of the table, adjusted as a report is: a change that is left out has no p."""
    frame, trained, clusters = rows.frame, _trained(rows), _clusters(rows)
    scales: dict[str, dict[str, list[dict[str, Any]]]] = {
        scale.code: {
            "changes": [
                _change(rows, scores, scale, pair, trained, clusters)
                for pair in frame.study.wave_pairs
            ]
        }
        for scale in frame.instrument.scales
    }
    adjust({"scales": scales}, frame.study)
    return [row for scale in scales.values() for row in scale["changes"] if "n" in row]


def _change(
    rows: Rows,
    scores: "pa.Table",
    scale: Scale,
    pair: tuple[str, str],
    trained: "np.ndarray[Any, Any]",
    clusters: "np.ndarray[Any, Any] | None",
) -> dict[str, Any]:
    """A row of the table, or one without figures."""
    import numpy as np

    from assessments.statistics.summaries import MOST_SOLVABLE_LEVELS, change_row

    nothing = {"p": None}
    if not rows.frame.instrument.comparable(scale.code, *pair):
        return nothing
    values = scores[scale_columns(rows)[scale.code]].to_numpy()
    first, second = (rows.place[:, rows.frame.study.wave_codes.index(wave)] for wave in pair)
    in_both = (first >= 0) & (second >= 0) & trained[first] & trained[second]
    first, second = first[in_both], second[in_both]
    scored = ~np.isnan(values[first]) & ~np.isnan(values[second])
    first, second = first[scored], second[scored]
    if len(first) < rows.frame.study.threshold:
        return nothing
    row = change_row(
        values[first],
        values[second],
        cohorts=[""] * len(first) if clusters is None else clusters[first].tolist(),
        reliability=None,
        better=scale.better,
        levels=MOST_SOLVABLE_LEVELS + 1,
    )
    return {"scale": scale.code, "from": pair[0], "to": pair[1], **row}


def _trained(rows: Rows) -> "np.ndarray[Any, Any]":
    """Which responses count in the report: those of training arms, and those without an arm."""
    import numpy as np

    if ARM not in {v.source for v in rows.variables}:
        return np.ones(len(rows.table), dtype=bool)
    training = [arm.code for arm in rows.frame.study.arms if arm.is_training]
    return np.isin(_words(rows, ARM), ["", *training])


def _clusters(rows: Rows) -> "np.ndarray[Any, Any] | None":
    return _words(rows, CLUSTER) if CLUSTER in {v.source for v in rows.variables} else None


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """Figures in groups get the group's name before their own."""
    flat = {name: row[name] for name in ("scale", "from", "to", *_FROM_ROW)}
    flat |= {f"wilcoxon_{name}": row["wilcoxon"][name] for name in _WILCOXON}
    return flat | {f"cluster_{name}": row["cluster"][name] for name in _CLUSTER}


def _words(rows: Rows, source: str) -> "np.ndarray[Any, Any]":
    import numpy as np

    column = rows.column(source)
    words = np.array([*column.dictionary.to_pylist(), ""], dtype=object)
    return words[column.indices.fill_null(-1).to_numpy(zero_copy_only=False)]
