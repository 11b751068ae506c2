"""What is wrong with theme files and with keys in drills.toml, in Chinese. Paths, names and keys stay as they are."""

from __future__ import annotations

import re
from collections.abc import Mapping

from qdrill.records.errors_asking_zh import INSTEAD

_FILE = r".+?\.toml"
# One of several problems ends where another file is named, or the rest is counted.
_NEXT = r"[^;]*?\.toml: .+|and \d+ more"
_OF_THEMES: Mapping[str, str] = {
    "is over 64 kB, which no theme needs; make it smaller": "超过 64 kB，主题不需要这么大；请缩小",
    "is not UTF-8; save it as UTF-8": "不是 UTF-8；请保存为 UTF-8",
    "dark: needs true or false": "dark：应为 true 或 false",
    "colors.primary: is missing; every theme needs it": "缺少 colors.primary；每个主题都需要它",
    "name: needs 1 to 40 of a-z, 0-9, - and _, such as my-theme": (
        "name：应为 1 到 40 个 a-z、0-9、- 和 _，例如 my-theme"
    ),
}

_THEMES: tuple[tuple[str, str], ...] = (
    (r"a theme cannot be used: (.+)", "有一个主题无法使用：{0*}"),
    (r"(\d+) themes cannot be used: (.+)", "{0} 个主题无法使用：{1*}"),
    (rf"({_FILE}: .+?); ({_NEXT})", "{0*}；{1*}"),
    *((rf"({_FILE}): {re.escape(english)}", f"{{0}}：{chinese}") for english, chinese in _OF_THEMES.items()),
    (rf"({_FILE}): cannot be read: (.+)", "{0}：无法读取：{1}"),
    (rf"({_FILE}): is not TOML: (.+)", "{0}：不是 TOML：{1}"),
    (rf"({_FILE}): (\w+): needs to be a table, (\[\w+\])", "{0}：{1}：应为表，写作 {2}"),
    (rf"({_FILE}): (.+): is not known({INSTEAD})", "{0}：没有 {1} 这个键{2*}"),
    (
        rf"({_FILE}): (\S+): (\".*\"|what it has) is not a full colour; write it as \"#rrggbb\" or by name",
        '{0}：{1}：{2*} 不是完整的颜色；请写成 "#rrggbb" 或颜色名',
    ),
    (r"what it has", "现有的值"),
    (rf"({_FILE}): name: (\".*?\") belongs to (.+); choose another", "{0}：name：{1} 已属于 {2*}；请另选一个"),
    (r"a theme of Textual", "Textual 自带的主题"),
)

_KEYS: tuple[tuple[str, str], ...] = (
    (rf"\[console\.keys\] has no action (\".*?\")({INSTEAD})", "[console.keys] 没有操作 {0}{1*}"),
    (
        r"\[console\.keys\] ([\w.]+): (\".*\") names no key; write it like f9 or ctrl\+x",
        "[console.keys] {0}：{1} 不是按键；请写成 f9 或 ctrl+x 这样",
    ),
    (
        r"\[console\.keys\] ([\w.]+): (\S+) is kept for leaving; choose another",
        "[console.keys] {0}：{1} 保留用于退出；请另选一个",
    ),
    (
        r"\[console\.keys\] ([\w.]+): (\".*\") is the key of ([\w.]+) already; remap that too, or choose another",
        "[console.keys] {0}：{1} 已是 {2} 的按键；请把那个也改掉，或另选一个",
    ),
)

CONSOLE: tuple[tuple[str, str], ...] = (*_THEMES, *_KEYS)
