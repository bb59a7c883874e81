"""A number is the same however its digits are grouped; another place of the decimals makes another number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.rag.languages import LANGUAGES
from onrecord.rag.languages.numerals import decimal_sign
from onrecord.rag.text.figures import number, numbers

NARROW = "\N{NARROW NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("figure", "decimal", "value"),
    [
        ("12", "", "12"),
        ("04", "", "4"),
        ("00", "", "0"),
        ("1,234,000", "", "1234000"),
        ("1 234 000", "", "1234000"),
        (f"1{NARROW}234{NARROW}000", "", "1234000"),
        ("1.234.000", "", "1234000"),
        ("1’234’000", "", "1234000"),
        ("1,234.5", "", "1234.5"),
        ("1.234,5", "", "1234.5"),
        ("1 234,5", "", "1234.5"),
        ("1234.5", "", "1234.5"),
        ("3,50", "", "3.50"),
        ("1.5", "", "1.5"),
        ("1,234", ".", "1234"),
        ("1,234", ",", "1.234"),
        ("1.234", ",", "1234"),
        ("1.234", ".", "1.234"),
        ("1,234", "", "1,234"),
        ("0,125", ".", "0.125"),
        ("1234,500", ".", "1234.500"),
        ("12.5.2025", "", "12.5.2025"),
    ],
)
def test_figures_are_numbers(figure: str, decimal: str, value: str) -> None:
    assert numbers(f"about {figure} of them", decimal) == {value: figure}


@given(st.integers(0, 10**12), st.sampled_from([",", ".", " ", NARROW, "’"]), st.sampled_from([".", ","]))
def test_grouping_changes_no_number(value: int, sign: str, decimal: str) -> None:
    grouped = f"{value:,}".replace(",", sign)
    once = grouped.count(sign) == 1 and sign == decimal
    assert number(grouped, decimal) == (grouped.replace(",", ".") if once else str(value))


@given(st.integers(0, 999), st.integers(0, 99), st.sampled_from([".", ","]))
def test_decimals_are_no_further_digits(whole: int, part: int, sign: str) -> None:
    assert number(f"{whole}{sign}{part}") == f"{whole}.{part}"


def test_years_and_lists_stay_apart() -> None:
    assert list(numbers("in 2024 300 people, then 12 500")) == ["2024", "300", "12500"]


@pytest.mark.parametrize(("code", "sign"), [("en", "."), ("fr", ","), ("de", ","), ("es", ","), ("xx", "")])
def test_the_decimal_sign_is_the_languages(code: str, sign: str) -> None:
    assert decimal_sign(code) == sign


def test_every_language_has_a_decimal_sign() -> None:
    assert all(decimal_sign(code) for code in LANGUAGES)
