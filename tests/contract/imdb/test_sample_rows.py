"""What the loader sends is what the graphlets take: every row of the sample, through their schemas."""

from importlib import import_module

import pytest
from milkrun_core.imports import rows_of

from milkrun.catalogue.destination import SERVICES
from milkrun.catalogue.files import KINDS
from milkrun.catalogue.folder import SAMPLE, find_files
from milkrun.catalogue.reader import TableReader

MODELS = {
    "name.basics": ("NameRow", "to_person"),
    "title.basics": ("TitleRow", "to_title"),
    "title.principals": ("PrincipalRow", "to_credit"),
    "title.ratings": ("RatingRow", "to_rating"),
    "image.list": ("ImageRow", "to_images"),
    "award.list": ("AwardRow", "to_award"),
}


@pytest.mark.parametrize("file", SERVICES)
def test_a_graphlet_takes_every_row_of_the_sample(file: str) -> None:
    model, to_item = MODELS[file]
    schema = getattr(import_module(f"{SERVICES[file].partition('/')[2]}.schemas"), model)
    with TableReader(find_files(SAMPLE)[file], KINDS[file]) as reader:
        rows = [row for _, row in reader]

    taken = rows_of(schema, rows)

    assert [bool(getattr(row, to_item)()) for row in taken] == [True] * len(rows)
