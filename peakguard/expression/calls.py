"""Calls: is there such a function, is it available here, and do its arguments fit?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from peakguard.diagnostics import codes
from peakguard.expression import ir
from peakguard.expression.dataset_functions import OF_ROWS
from peakguard.expression.fault import Fault
from peakguard.expression.functions import FUNCTIONS, find
from peakguard.expression.signature import DATASET, KINDS, ORDERED, REQUIRED, ROW, SPREAD, Called, Function, Parameter
from peakguard.expression.typed import Typed, walk

if TYPE_CHECKING:
    from peakguard.expression.check import Checker

_LITERALS = (ir.Literal,)


def call(checker: Checker, node: ir.Call) -> Typed | None:
    """The typed form of a call, or None after at least one fault in it."""
    function = find(node.function, len(node.arguments) + len(node.keywords), dataset=checker.scope.dataset)
    if function is None:
        _unknown_function(checker, node)
        _visit_all(checker, node, is_of_row=False)
        return None
    if not _is_available(checker, node, function):
        return None
    bound = _bind(checker, node, function)
    if bound is None:
        _visit_all(checker, node, is_of_row=function.group == ROW)
        return None
    return _built(checker, node, function, bound)


def known_where(node: ir.Node, *, holds: bool) -> frozenset[str]:
    """The columns that are not null where a condition holds, or does not: it asks `is_null` about them, and decides.

    `n > 0` is none of them. It is unknown where `n` is null, and so decides nothing.
    """
    if isinstance(node, ir.Unary) and node.operator == "not":
        return known_where(node.operand, holds=not holds)
    if isinstance(node, ir.Logic) and node.operator == ("and" if holds else "or"):
        return frozenset().union(*(known_where(each, holds=holds) for each in node.operands))
    if holds or not isinstance(node, ir.Call) or node.function != "is_null" or len(node.arguments) != 1:
        return frozenset()
    (tested,) = node.arguments
    return frozenset({tested.name}) if isinstance(tested, ir.Name) else frozenset()


def _visit_all(checker: Checker, node: ir.Call, *, is_of_row: bool) -> None:
    """What else is wrong inside a faulty call. It may be an aggregate, so columns in it are not blamed for varying."""
    before = len(checker.faults)
    for argument in node.arguments:
        checker.visit(argument)
    for each in node.keywords:
        checker.visit(each.value)
    if not is_of_row:
        inside = checker.faults[before:]
        checker.faults[before:] = [each for each in inside if each.code != codes.ROW_IN_DATASET]


def _name_of(node: ir.Call) -> ir.Name:
    return ir.Name(node.function, node.start, node.start + len(node.function))


def _unknown_function(checker: Checker, node: ir.Call) -> None:
    from peakguard.diagnostics.wording import did_you_mean

    known = sorted(FUNCTIONS)
    data = {"known": ", ".join(known), "suggestion": did_you_mean(node.function, known)}
    checker.add(codes.UNKNOWN_FUNCTION, _name_of(node), function=node.function, **data)


def _is_available(checker: Checker, node: ir.Call, function: Function) -> bool:
    scope, at = checker.scope, _name_of(node)
    group, name = function.group, node.function
    if group == ROW:
        return True
    if checker.items:
        checker.add(codes.FUNCTION_NOT_HERE, at, function=name, group=group, reason="a generator looks at one row")
        return False
    if group == ORDERED and not scope.ordered:
        checker.add(codes.FUNCTION_NOT_HERE, at, function=name, group=group, reason="there is no row before")
    elif group in (DATASET, SPREAD) and not scope.dataset and not (scope.whole and name in OF_ROWS):
        checker.add(
            codes.FUNCTION_NOT_HERE, at, function=name, group=group, reason="it needs all rows, as in `dataset:`"
        )
    elif group == DATASET and checker.aggregate:
        checker.add(codes.NESTED_DATASET, at, function=name, outer=checker.aggregate)
    elif group in (ORDERED, SPREAD) and scope.dataset and not checker.aggregate:
        checker.add(codes.ROW_IN_DATASET, node, name=name)
    else:
        return True
    return False


def _bind(checker: Checker, node: ir.Call, function: Function) -> list[tuple[Parameter, ir.Node]] | None:
    """Each argument with its parameter, in the order of the parameters; defaults are left out."""
    parameters, given = function.parameters, node.arguments
    names = [each.name for each in parameters]
    bound: list[tuple[Parameter, ir.Node]] = []
    for index, argument in enumerate(given):
        if index >= len(parameters) and not function.variadic:
            _miscounted(checker, node, function)
            return None
        bound.append((parameters[min(index, len(parameters) - 1)], argument))
    for keyword in node.keywords:
        name = keyword.name
        if name not in names:
            signature = function.signature(node.function)
            checker.add(codes.UNKNOWN_ARGUMENT, keyword, function=node.function, argument=name, signature=signature)
            return None
        if name in [parameter.name for parameter, _ in bound]:
            _miscounted(checker, node, function)
            return None
        bound.append((parameters[names.index(name)], keyword.value))
    filled = {parameter.name for parameter, _ in bound}
    if any(each.default is REQUIRED and each.name not in filled for each in parameters):
        _miscounted(checker, node, function)
        return None
    return sorted(bound, key=lambda pair: names.index(pair[0].name)) if node.keywords else bound


def _miscounted(checker: Checker, node: ir.Call, function: Function) -> None:
    least = sum(each.default is REQUIRED for each in function.parameters)
    most = len(function.parameters)
    expected = f"{least} or more" if function.variadic else str(least) if least == most else f"{least} to {most}"
    plural = "argument" if expected == "1" else "arguments"
    signature = function.signature(node.function)
    found = len(node.arguments) + len(node.keywords)
    data = {"expected": f"{expected} {plural}", "found": found, "signature": signature}
    checker.add(codes.ARGUMENT_COUNT, node, function=node.function, **data)


def _built(checker: Checker, node: ir.Call, function: Function, bound: list[tuple[Parameter, ir.Node]]) -> Typed | None:
    outer = checker.aggregate, checker.present
    if function.group == DATASET:
        checker.aggregate = node.function
    if function.group != ROW:
        # Other rows are looked at, of which `is_null` of this row says nothing.
        checker.present = frozenset()
    args: list[Typed | None] = []
    options = {each.name: each.default for each in function.parameters if each.literal is not None}
    sound = True
    for parameter, argument in bound:
        if parameter.literal is None:
            args.append(_argument(checker, node, function, parameter, argument))
        elif (constant := _constant(checker, node, parameter, argument)) is not None:
            options[parameter.name] = constant
        else:
            sound = False
    checker.aggregate, checker.present = outer
    found = [each for each in args if each is not None]
    if len(found) < len(args) or not sound:
        return None
    if function.group != ROW and args and not any(part.op == "column" for each in found for part in walk(each)):
        checker.add(codes.CONSTANT_ARGUMENT, node, function=node.function)
        return None
    made = function.build(Called(node.function, found, options, node.start, node.end))
    if isinstance(made, Fault):
        checker.faults.append(made)
        return None
    # A call that comes to one of its arguments still stands where it is written.
    made.start, made.end = node.start, node.end
    return made


def _argument(
    checker: Checker, node: ir.Call, function: Function, parameter: Parameter, argument: ir.Node
) -> Typed | None:
    found = checker.visit(argument)
    if found is None or found.type.kind in KINDS[parameter.expects]:
        return found
    signature = function.signature(node.function)
    if found.type.kind == "decimal" and "float64" in KINDS[parameter.expects]:
        signature = signature.replace(parameter.name, f"float({parameter.name})", 1)
    data = {"function": node.function, "parameter": parameter.name, "expected": parameter.expects}
    checker.add(codes.WRONG_ARGUMENT, argument, **data, found=str(found.type), signature=signature)
    return None


def _constant(checker: Checker, node: ir.Call, parameter: Parameter, argument: ir.Node) -> object:
    assert parameter.literal is not None
    if not isinstance(argument, _LITERALS) or argument.value is None or not parameter.literal(argument.value):
        data = {"function": node.function, "parameter": parameter.name, "form": parameter.expects}
        checker.add(codes.LITERAL_WANTED, argument, **data)
        return None
    if parameter.name == "pattern":
        return _pattern(checker, argument)
    return argument.value


def _pattern(checker: Checker, argument: ir.Literal) -> str | None:
    from peakguard.expression.patterns import check_pattern

    text = str(argument.value)
    problem = check_pattern(text)
    if problem is None:
        return text
    shift = argument.start + len(argument.text) - 1 - len(text)
    data = {"construct": problem.construct, "reason": problem.reason}
    place = ir.Name("", shift + problem.start, shift + problem.end)
    plain = argument.text.endswith(text + argument.text[-1])
    checker.add(codes.BAD_PATTERN, place if plain else argument, **data)
    return None
