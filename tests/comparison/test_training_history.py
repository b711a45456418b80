import json

import numpy as np
import pytest

from trecx import cli
from trecx.comparison.training_history import LearningCurve, learning_curves
from trecx.errors import TrecxError
from trecx.figures import learning_figure


def write(folder, measured, split="test"):
    folder.mkdir(parents=True)
    rows = [f"{k + 1},{1 - 0.1 * k},{0.5 + 0.01 * k},{value},1.5" for k, value in enumerate(measured)]
    head = f"epoch,loss,final_accuracy,{split}_final_accuracy,seconds"
    (folder / "history.csv").write_text("\n".join([head, *rows]), encoding="utf-8")


@pytest.mark.parametrize(
    ("measured", "epoch"),
    [([0.5, 0.7, 0.8, 0.803, 0.801], 3), ([0.1, 0.2], 2), ([0.9, 0.8, 0.9], 3), ([0.4], 1)],
)
def test_accuracy_is_level_from_where_it_stays_close_to_its_end(measured, epoch):
    assert LearningCurve("trecx", 0, "test", np.array(measured), np.array(measured)).level_epoch == epoch


def test_histories_are_read_with_their_seeds_and_drawn(tmp_path):
    write(tmp_path / "ic" / "trecx", [0.5, 0.6, 0.7])
    write(tmp_path / "ic" / "trecx" / "seed-2", [0.4, 0.5], "validation")
    curves = learning_curves(tmp_path, "ic")
    assert [(curve.system, curve.seed, curve.split) for curve in curves] == [
        ("trecx", 0, "test"),
        ("trecx", 2, "validation"),
    ]
    line = learning_figure(curves[:1]).data[0]
    assert list(line.x) == [1, 2, 3]
    assert list(line.y) == pytest.approx([50, 60, 70])
    assert learning_figure([]).layout.xaxis.title.text == "epoch"


def test_the_command_prints_them(tmp_path, capsys):
    write(tmp_path / "ic" / "trecx", [0.5, 0.7, 0.701])
    for task, status in (("ic", 0), ("kws", 1)):
        with pytest.raises(SystemExit) as end:
            cli.main(["learning", task, "--models", str(tmp_path)])
        assert end.value.code == status
    shown = capsys.readouterr()
    assert "trecx, seed 0" in shown.out
    assert "70.10 %" in shown.out
    assert "train kws all" in shown.err
    with pytest.raises(SystemExit):
        cli.main(["learning", "ic", "--models", str(tmp_path), "--json"])
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["system"], found["seed"], found["measured"]) == ("trecx", 0, [0.5, 0.7, 0.701])


def test_a_damaged_history_is_told(tmp_path):
    (tmp_path / "ic" / "sdn").mkdir(parents=True)
    (tmp_path / "ic" / "sdn" / "history.csv").write_text("what", encoding="utf-8")
    with pytest.raises(TrecxError, match="not a training history"):
        learning_curves(tmp_path, "ic")
