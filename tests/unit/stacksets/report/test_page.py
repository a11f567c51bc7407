"""A page holds what others say without becoming what they say, and never more than its room."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacksets.report.page import MOST_ROWS, Page, code

OURS = {"table", "tr", "th", "td", "code", "details", "summary", "pre", "p"}


class _Tags(HTMLParser):
    """Takes the tags and the texts in `<code>` and `<pre>` out of a page."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.attributes, self.outside = [], set(), [], []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.tags.add(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"code", "pre"} & set(self.open):
            self.outside.append(data)


def _read(text):
    found = _Tags()
    found.feed(text)
    found.close()
    assert found.open == []
    return found


def test_a_cell_is_one_line_of_escaped_text():
    said = "<a href='http://x'>&\n\n| `# [x](y)` @me\u2028\x1b[31m"

    assert code(said) == (
        "<code>&lt;a href=&#x27;http://x&#x27;&gt;&amp; | `# [x](y)` @me [31m</code>"
    )
    assert code(None) == code("") == code(" \n") == ""


def test_a_long_cell_is_cut_and_says_how_long_it_was():
    assert code("x" * 1001) == f"<code>{'x' * 1000}… (1001 characters)</code>"
    assert code("x" * 1000) == f"<code>{'x' * 1000}</code>"


@given(st.lists(st.text(), min_size=1, max_size=4), st.text())
def test_nothing_that_is_told_leaves_its_place(cells, line):
    page = Page(100_000)
    page.heading(2, "title")
    page.facts([("fact", cells[0])])
    page.table("Rows", ["one"], [cells])
    page.text("Said", [line, *cells])

    text = page.render()

    read = _read(text)
    assert read.tags <= OURS
    assert read.attributes == []
    words = "".join(read.outside).split()
    assert words == ["##", "title", "fact", "####", "Rows", "one", "Said"]
    # A blank line would end the HTML, and what follows would be markdown.
    for table in re.findall(r"<table>.*?</table>", text, re.DOTALL):
        assert "\n\n" not in table


@given(st.integers(min_value=0, max_value=9000), st.integers(min_value=0, max_value=60))
def test_a_page_keeps_to_its_room_and_counts_what_is_left_out(room, rows):
    page = Page(room)
    page.heading(2, "title")
    for number in range(20):
        page.table(f"Table {number}", ["é"], [["ö" * 20]] * rows)
    page.text("Said", ["ü" * 20] * rows)

    text = page.render()

    assert len(text.encode()) <= room
    if text:
        counted = [
            (int(left), int(total)) for left, total in re.findall(r"(\d+) of (\d+) lines of", text)
        ]
        assert all(0 < left <= total == rows for left, total in counted)
        full = text.count("<td>") == 20 * rows and text.count("ü") == 20 * rows
        assert full == ("Left out" not in text)


def test_a_page_without_any_room_is_empty():
    assert Page(1999).render() == ""
    assert Page(2000).render() == ""


def test_a_table_shows_no_more_than_a_browser_likes():
    page = Page(10_000_000)
    page.table("Rows", (), [[number] for number in range(MOST_ROWS + 7)])

    text = page.render()

    assert text.count("<tr>") == MOST_ROWS
    assert "<p>Left out, and in the JSON: 7 of 507 lines of rows.</p>" in text


def test_of_many_tables_left_out_the_first_are_named():
    page = Page(2100)
    for number in range(14):
        page.table(f"Table {number}", (), [["x" * 200]])

    assert page.render() == (
        "<p>Left out, and in the JSON: "
        + "; ".join(f"1 of 1 lines of table {number}" for number in range(10))
        + "; and of 4 more tables.</p>\n\n"
    )


@pytest.mark.parametrize("line", ["</pre><script>", "</details>"])
def test_lines_are_told_as_they_are(line):
    page = Page(100_000)
    page.text("Said", ["  first", "", line])

    [said] = re.findall(r"<pre>\n(.*?)</pre>", page.render(), re.DOTALL)
    assert unescape(said) == f"  first\n\n{line}\n"
