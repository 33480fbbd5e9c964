"""Small wrong changes to one module: comparisons, conditions, sums, constants, answers, steps."""

import ast
import copy
from collections.abc import Iterator
from typing import NamedTuple

COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
RECKONED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
}
Function = ast.FunctionDef
PLAIN = (ast.Name, ast.Call, ast.Attribute, ast.NamedExpr)
"""Conditions that have no operator of their own to change."""


class Change(NamedTuple):
    """One wrong version of a module."""

    line: int
    function: str
    """Where it is, as `name` or `Class.name`."""
    told: str
    """What was, and what it is now."""
    tree: ast.Module


def changes(source: str) -> Iterator[Change]:
    """Every wrong version of a source, in the order of its lines."""
    tree = ast.parse(source)
    for name, function in functions(tree):
        for step, node in enumerate(inside(function)):
            for way, (was, now) in enumerate(ways(node)):
                mutated = copy.deepcopy(tree)
                twin = next(each for found, each in functions(mutated) if found == name)
                changed = list(inside(twin))[step]
                list(ways(changed, apply=way))
                told = f"`{was}` → `{now}`"
                yield Change(node.lineno, name, told, ast.fix_missing_locations(mutated))


def functions(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """Functions of a module and methods of its classes, by name."""
    for node in tree.body:
        if isinstance(node, Function):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for part in node.body:
                if isinstance(part, Function):
                    yield f"{node.name}.{part.name}", part


def inside(function: Function) -> Iterator[ast.expr | ast.stmt]:
    """What may be changed in a function: no docstring, no annotation, no words for people."""
    for statement in function.body:
        yield from _walk(statement)


def _walk(node: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    if isinstance(node, ast.JoinedStr | ast.Raise | ast.arguments):
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.expr | ast.stmt):
        yield node
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list"}:
            continue
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, ast.AST):
                yield from _walk(each)


def ways(node: ast.AST, apply: int | None = None) -> Iterator[tuple[str, str]]:
    """Each way in which a node may be wrong, as what was and what is; one of them is made so."""
    found = [*_of_operators(node), *_of_values(node), *_of_steps(node)]
    for number, (fields, was, now) in enumerate(found):
        if number == apply:
            for name, value in fields.items():
                setattr(node, name, value)
        yield was, now


Way = tuple[dict[str, object], str, str]


def _of_operators(node: ast.AST) -> Iterator[Way]:
    was = ast.unparse(node)
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARED:
        ops = [COMPARED[type(node.ops[0])](), *node.ops[1:]]
        yield {"ops": ops}, was, ast.unparse(ast.Compare(node.left, ops, node.comparators))
    elif isinstance(node, ast.BoolOp):
        op: ast.boolop = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield {"op": op}, was, ast.unparse(ast.BoolOp(op, node.values))
    elif isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in RECKONED:
        if not (isinstance(node, ast.BinOp) and _is_text(node)):
            wrong = RECKONED[type(node.op)]()
            changed = copy.deepcopy(node)
            changed.op = wrong
            yield {"op": wrong}, was, ast.unparse(changed)
    elif isinstance(node, ast.If | ast.IfExp | ast.While) and isinstance(
        node.test, (*PLAIN, ast.UnaryOp)
    ):
        test = ast.UnaryOp(ast.Not(), node.test)
        if isinstance(node.test, ast.UnaryOp) and isinstance(node.test.op, ast.Not):
            yield (
                {"test": node.test.operand},
                ast.unparse(node.test),
                ast.unparse(node.test.operand),
            )
        else:
            yield {"test": test}, ast.unparse(node.test), ast.unparse(test)


def _is_text(node: ast.BinOp) -> bool:
    return any(isinstance(each, ast.JoinedStr) for each in (node.left, node.right))


def _of_values(node: ast.AST) -> Iterator[Way]:
    if isinstance(node, ast.Constant):
        value = node.value
        changed: object = None
        if isinstance(value, bool):
            changed = not value
        elif isinstance(value, int):
            changed = value + 1
        elif isinstance(value, str) and " " not in value:
            # What has blanks is said to people; codes and states have none.
            changed = f"{value}?"
        if changed is not None:
            yield {"value": changed}, repr(value), repr(changed)
    elif isinstance(node, ast.Return) and not isinstance(node.value, ast.Constant | None):
        yield {"value": ast.Constant(None)}, ast.unparse(node), "return None"


def _of_steps(node: ast.AST) -> Iterator[Way]:
    """Steps that are left out: each becomes a step without effect."""
    for name in ("body", "orelse"):
        steps = getattr(node, name, None)
        if not isinstance(steps, list):
            continue
        for place, step in enumerate(steps):
            if isinstance(step, ast.Expr | ast.Continue | ast.Break | ast.AugAssign):
                left = [*steps[:place], ast.Pass(), *steps[place + 1 :]]
                yield {name: left}, ast.unparse(step), "pass"
