"""How well every text of a page can be told from what lies behind it, as WCAG 2 counts it."""

# Each text's own colour over the backgrounds of all its ancestors, as the browser computed them;
# text in a drawing lies on the shape before it. Returns [ratio, text] of what is below `least`.
CHECKER = """
(least) => {
  const parse = (colour) => {
    const numbers = colour.match(/[\\d.]+/g).map(Number);
    return numbers.length === 3 ? [...numbers, 1] : numbers;
  };
  const over = (top, under) => {
    const alpha = top[3] + under[3] * (1 - top[3]);
    const mix = (at) => (top[at] * top[3] + under[at] * under[3] * (1 - top[3])) / (alpha || 1);
    return [mix(0), mix(1), mix(2), alpha];
  };
  const behind = (element) => {
    let found = [0, 0, 0, 0];
    for (let one = element; one; one = one.parentElement) {
      found = over(found, parse(getComputedStyle(one).backgroundColor));
    }
    const dark = matchMedia('(prefers-color-scheme: dark)').matches
      && getComputedStyle(document.documentElement).colorScheme.includes('dark');
    return over(found, dark ? [18, 18, 18, 1] : [255, 255, 255, 1]);
  };
  const opacity = (element) => {
    let found = 1;
    for (let one = element; one; one = one.parentElement) {
      found *= Number(getComputedStyle(one).opacity);
    }
    return found;
  };
  const luminance = (colour) => {
    const [red, green, blue] = colour.slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ratio = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const bad = [];
  let seen = 0;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const text = texts.currentNode.data.trim();
    const range = document.createRange();
    range.selectNodeContents(texts.currentNode);
    if (!text || !element.checkVisibility() || !range.getClientRects().length) continue;
    seen += 1;
    const drawn = element instanceof SVGElement;
    const shape = drawn ? element.previousElementSibling : null;
    const under = shape ? over(parse(getComputedStyle(shape).fill), behind(element)) : behind(element);
    const own = parse(getComputedStyle(element)[drawn ? 'fill' : 'color']);
    const shown = over([...own.slice(0, 3), own[3] * opacity(element)], under);
    const found = ratio(shown, under);
    if (found < least) bad.push([Math.round(found * 100) / 100, text.slice(0, 60)]);
  }
  return { bad, seen };
}
"""

READABLE = 4.5  # WCAG 2.2, success criterion 1.4.3 at level AA
VISIBLE = 3.0  # 1.4.11


def hardly_readable(page) -> list:
    """Return contrast and beginning of every text on *page* that is below what WCAG asks."""
    found = page.evaluate(CHECKER, READABLE)
    assert found["seen"], "no text on this page"
    return found["bad"]


def ratio(one: str, other: str) -> float:
    """Return the contrast of two opaque colours as a browser writes them: "rgb(1, 2, 3)"."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
