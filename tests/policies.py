"""Policies for tests of reading and planning: one with every key in it, and a small one."""

EXAMPLE = """\
# yaml-language-server: $schema=policy.schema.json
name: portrait
version: 3
measures: {injury: {use: scorers.vlm_question, question: "Is an injury visible?"}}
gates:
  - {on: filters.resolution.short_side, reject_below: 768}
  - {on: detectors.faces.count, equals: expect.faces}
  - {on: injury, reject_above: 0.5, accept_below: 0.1, on_failure: review}
method:
  weighted_sum:
    - {of: scorers.pickscore, weight: 2, scale: {ends: [17, 25]}}
    - {of: scorers.aesthetic, weight: calibrated, until_then: 1}
cut: {of: quality, reject_below: 0.3, accept_above: calibrated}
deliver: 2
distinct: {by: filters.near_duplicates, within: 6}
on_empty: regenerate
costs: {false_accept: 20, false_reject: 2, review: 1}
target: {bad_delivered: 0.02, confidence: 0.95}
cascade: {mode: exact, parallelism: 2, audit: 0.01}
licences: commercial
journal: required
timeout_s: 30
"""


def small(**entries) -> dict:
    """Return a policy that ranks by one filter, with *entries* beside or instead."""
    term = {"of": "filters.blank.structure"}
    return {"name": "p", "version": 1, "method": {"weighted_sum": [term]}} | entries
