"""What the words of a column would mean, before anything is imported."""

from __future__ import annotations

from data.importers import values
from data.importers.table import Table
from tests.data.importers.conftest import Importer
from tests.factories import Town


async def test_words_mean_what_the_importers_would_take_them_for(
    importer: Importer, town: Town
) -> None:
    async with town.database.acting(town.system_id) as link:
        words = await values.read(link)
    assert words.meant("社区") == {"level": "community"}
    assert words.meant("网格") == {"level": "grid", "grids": "grid"}
    assert words.meant("综合网格")["level"] == "grid"
    assert words.meant("铁路") == {"ground": "road", "class": "rail"}
    assert words.meant("国道") == {"class": "trunk"} and words.meant("3") == {}
    held = ["社区", "网格", "网格", "", "3", "网格"]
    names = ["东", "一", "二", "无", "x", "三"]
    columns = {"层级": held, "名称": names, "编号": [str(n) for n in range(6)]}
    table = Table("a.csv", len(held), columns)
    found = values.of_column(table, "层级", words, named="名称")
    assert found is not None
    assert [(one["value"], one["rows"], one["like"]) for one in found] == [
        ("网格", 3, ["一", "二", "三"]), ("社区", 1, ["东"]), ("3", 1, ["x"])
    ]  # fmt: skip
    many = [str(n) for n in range(values.MOST + 1)]
    assert values.of_column(Table("a.csv", len(many), {"a": many}), "a", words, named=None) is None
