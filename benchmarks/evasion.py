"""Does a reply answer its question? Macro-F1 over clear reply, ambivalent and non-reply, without a language model.

Run from the project's root, with the development data beside it:

    python benchmarks/evasion.py          # cross-validated, and the shipped coefficients on the same pairs
    python benchmarks/evasion.py --fit    # print the coefficients to put into rag/answers/replies.py

The pairs are few and the coefficients were fitted on them, so only the cross-validated figure is a fair estimate.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix, f1_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from onrecord.rag.answers.replies import REPLY_LABELS, judge_reply, reply_features
from onrecord.rag.languages import language

PAIRS = Path(__file__).resolve().parents[2] / "shared" / "eval" / "qevasion" / "pairs.jsonl"
NAMES = {"Clear Reply": "clear", "Ambivalent": "ambivalent", "Clear Non-Reply": "non_reply"}
# Fine-tuned large language models, as published with the data set.
PUBLISHED = 0.89
REPEATS, FOLDS, REGULARISATION = 5, 6, 0.3
ENGLISH = language("en")
# The data set lost the blanks between some paragraphs: "diplomatic means.Kevin".
_GLUED = re.compile(r"(?<=[a-z][.?!])(?=[A-Z])")


def pairs() -> tuple[list[tuple[str, list[str]]], list[int]]:
    """The questions with the sentences of their replies, and their labels as positions in REPLY_LABELS."""
    if not PAIRS.is_file():
        raise SystemExit(f"{PAIRS} is absent: the development data is needed.")
    rows: list[dict[str, Any]] = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    texts = [(row["question"], _GLUED.sub(" ", row["reply"]).replace("[]", "")) for row in rows]
    split = [(question, [reply[s.start : s.end] for s in language("en").sentences(reply)]) for question, reply in texts]
    return split, [REPLY_LABELS.index(NAMES[row["label"]]) for row in rows]


def main() -> None:
    """Cross-validate, judge with the shipped coefficients, and fit where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fit", action="store_true", help="print coefficients fitted on all pairs")
    options = parser.parse_args()
    split, labels = pairs()
    features = np.array([reply_features(question, reply, ENGLISH) for question, reply in split])
    model = make_pipeline(StandardScaler(), LogisticRegression(C=REGULARISATION, class_weight="balanced", max_iter=500))
    if options.fit:
        model.fit(features, labels)
        scale, fitted = model[0], model[1]
        weights = fitted.coef_ / scale.scale_
        intercepts = fitted.intercept_ - weights @ scale.mean_
        for name, intercept, row in zip(REPLY_LABELS, intercepts, weights, strict=True):
            print(f'    "{name}": ({", ".join(f"{value:.3f}" for value in (intercept, *row))}),')
        return
    scores = []
    predicted = np.zeros(len(labels), int)
    for seed in range(REPEATS):
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
        predicted = cross_val_predict(model, features, labels, cv=folds)
        scores.append(f1_score(labels, predicted, average="macro"))
    majority = np.full(len(labels), np.bincount(labels).argmax())
    shipped = [REPLY_LABELS.index(judge_reply(question, reply, ENGLISH)) for question, reply in split]
    print(f"{len(labels)} pairs; macro-F1 over {', '.join(REPLY_LABELS)}")
    print(f"majority class                       {f1_score(labels, majority, average='macro'):.3f}")
    print(f"cross-validated ({FOLDS} folds, {REPEATS} times)  {np.mean(scores):.3f} ± {np.std(scores):.3f}")
    print(f"shipped coefficients (same pairs)    {f1_score(labels, shipped, average='macro'):.3f}")
    print(f"published, fine-tuned large models   {PUBLISHED:.2f}")
    print("last cross-validation, rows are the truth:")
    print(confusion_matrix(labels, predicted))


if __name__ == "__main__":
    main()
