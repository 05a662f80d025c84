"""Invented names of people: drawn by rule from common syllables, never from a list of people."""

from __future__ import annotations

import numpy as np

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于"
    "董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
)
_FIRST = "建国志文晓永春海玉秀丽小明红金思雨佳俊子新宏凤桂彩立振庆爱美雪天东兴长福瑞"
_SECOND = "军平华强峰涛伟斌勇杰亮刚磊鹏飞超辉宁芳霞燕娟萍静敏玲莉艳云兰梅英婷琴洁晨阳林生民山河"


def make_names(*, rng: np.random.Generator, count: int) -> list[str]:
    """`count` different names of two or three characters (about a quarter have two)."""
    weight = 1.0 / (np.arange(len(_SURNAMES)) + 6.0)  # a few surnames are very common
    weight /= weight.sum()
    out: dict[str, None] = {}
    while len(out) < count:
        surname = _SURNAMES[int(rng.choice(len(_SURNAMES), p=weight))]
        given = _SECOND[int(rng.integers(len(_SECOND)))]
        if rng.random() > 0.26:
            given = _FIRST[int(rng.integers(len(_FIRST)))] + given
        out[surname + given] = None
    return list(out)
