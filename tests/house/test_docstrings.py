"""Docstrings say what the code does: parameters, fields, errors and shapes, none stale and none missing."""

import ast
import builtins
import inspect
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

import pytest

from tests.house.test_architecture import FILES, module
from trecx import errors

MANY = 4  # parameters; a function of more explains each
ERRORS = {name: kind for name, kind in vars(errors).items() if inspect.isclass(kind)} | {
    "ValueError": ValueError
}
MAKING = ("__init__", "__post_init__")
# Raised by the samples that it holds, which no name in its lines tells.
BY_WHAT_IT_HOLDS = {"trecx.datasets.samples.SampleSet.batches"}
ARRAY = re.compile(r"(Int|Float)Array|NDArray|ndarray")
SHAPE = re.compile(r"shape|\((?:n|n_\w+|\d+|…)(?:, [^()]+|,)\)")


def section(text, title):
    """Return the names that a section of a docstring explains; None where there is no such section."""
    found = re.search(rf"^{title}:\n((?:(?: .*)?\n)+)", f"{text}\n", re.MULTILINE)
    return re.findall(r"^ {4}\**(\w+):", found[1], re.MULTILINE) if found else None


def guarded(node, guard=()):
    """Yield what is in a function, each with the names of what `except` catches around it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            continue
        around = guard
        if isinstance(node, ast.Try) and child in node.body:
            caught = [part for handler in node.handlers for part in ast.walk(handler)]
            around = (*guard, *(part.id for part in caught if isinstance(part, ast.Name)))
        yield child, around
        yield from guarded(child, around)


def is_caught(error, guard):
    """Whether an error of the project ends at an `except` of these names."""
    kinds = [ERRORS.get(name, getattr(builtins, name, None)) for name in guard]
    return issubclass(ERRORS[error], tuple(kind for kind in kinds if inspect.isclass(kind)))


@dataclass(frozen=True)
class Written:
    """A function or method as it is written, and the class that it belongs to."""

    home: str
    node: ast.FunctionDef
    owner: ast.ClassDef | None = None

    @property
    def where(self):
        return ".".join([self.home, *([self.owner.name] if self.owner else []), self.node.name])

    @property
    def of_class(self):
        return (ast.get_docstring(self.owner) or "") if self.owner else ""

    @cached_property
    def text(self):
        """Its docstring; where it makes an object, the class's."""
        return self.of_class if self.node.name in MAKING else ast.get_docstring(self.node) or ""

    @property
    def public(self):
        hidden = self.node.name.startswith("_") and self.node.name not in MAKING
        return not hidden and not (self.owner and self.owner.name.startswith("_"))

    @property
    def parameters(self):
        given = self.node.args
        all_of_them = [*given.posonlyargs, *given.args, given.vararg, *given.kwonlyargs, given.kwarg]
        return [each.arg for each in all_of_them if each and each.arg not in ("self", "cls")]

    @property
    def is_command(self):
        """Whether its docstring and its options are what --help prints."""
        return self.home.startswith("trecx.cli") and "as_json" in self.parameters

    @cached_property
    def calls(self):
        """What it calls, by name, and what is caught around that."""
        found = [(child.func, guard) for child, guard in guarded(self.node) if isinstance(child, ast.Call)]
        return [(getattr(call, "id", getattr(call, "attr", "")), guard) for call, guard in found]

    @cached_property
    def raised(self):
        """Errors of the project that leave its own lines."""
        raises = [(child.exc, guard) for child, guard in guarded(self.node) if isinstance(child, ast.Raise)]
        made = [
            (exc.func.id, g) for exc, g in raises if isinstance(exc, ast.Call) and hasattr(exc.func, "id")
        ]
        made = [(MADE_BY.get(name, name), guard) for name, guard in made]
        made += [("UnknownNameError", guard) for name, guard in self.calls if name == "unknown_name"]
        return {name for name, guard in made if name in ERRORS and not is_caught(name, guard)}

    @property
    def unsaid(self):
        """Errors that it raises, though neither it nor its class names them or a kind that they are of."""
        said = [*(section(self.text, "Raises") or ()), *(section(self.of_class, "Raises") or ())]
        kinds = tuple(ERRORS[name] for name in said if name in ERRORS)
        return {name for name in escaping(self) if not issubclass(ERRORS[name], kinds)}


def parsed():
    return [(module(path), ast.parse(path.read_text(encoding="utf-8"))) for path in FILES]


def classes(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]


def functions(home, tree):
    for owner in [None, *classes(tree)]:
        body = owner.body if owner else tree.body
        yield from (Written(home, node, owner) for node in body if isinstance(node, ast.FunctionDef))


TREES = parsed()
WRITTEN = [function for home, tree in TREES for function in functions(home, tree)]
PUBLIC = [function for function in WRITTEN if function.public and function.text]
BY_NAME = defaultdict(list)
for written in WRITTEN:
    BY_NAME[written.owner.name if written.node.name in MAKING else written.node.name].append(written)
# Functions that return the error that someone else raises.
MADE_BY = {f.node.name: f.node.returns.id for f in WRITTEN if getattr(f.node.returns, "id", "") in ERRORS}


def escaping(function, seen=frozenset()):
    """Return the errors that a function raises by its own lines or by private functions of its module."""
    found = set(function.raised)
    for name, guard in function.calls:
        if name.startswith("_") and name not in seen:
            for private in BY_NAME[name]:
                if private.home == function.home:
                    inner = escaping(private, seen | {name})
                    found |= {error for error in inner if not is_caught(error, guard)}
    return found


def possible(function, seen):
    """Return the errors that a function could raise by all that it calls, whoever of that name is meant."""
    found = set(function.raised)
    for name in {name for name, _ in function.calls} - seen:
        seen.add(name)
        for other in BY_NAME[name]:
            found |= possible(other, seen)
    return found


def explained():
    """Yield the classes that explain their fields: where, the names explained, the public fields."""
    for home, tree in TREES:
        for node in classes(tree):
            fields = [part.target.id for part in node.body if isinstance(part, ast.AnnAssign)]
            names = section(ast.get_docstring(node) or "", "Attributes")
            if fields and names is not None:
                yield f"{home}.{node.name}", names, [name for name in fields if not name.startswith("_")]


def test_args_are_the_parameters_in_their_order():
    told = [(f.where, section(f.text, "Args"), f.parameters) for f in PUBLIC]
    assert len([names for _, names, _ in told if names]) > 100
    assert [each for each in told if each[1] not in (None, each[2])] == []


def test_attributes_are_the_fields_in_their_order():
    told = list(explained())
    assert len(told) > 50
    assert [each for each in told if each[1] != each[2]] == []


def test_a_function_of_many_parameters_explains_each():
    many = [f for f in PUBLIC if len(f.parameters) > MANY and not f.is_command]
    assert [f.where for f in many if section(f.text, "Args") is None] == []


def test_what_a_function_raises_is_named():
    assert {f.where: f.unsaid for f in PUBLIC if not f.is_command and f.unsaid} == {}


def test_an_error_that_is_named_can_be_raised():
    stale = {}
    for function in PUBLIC:
        kinds = [ERRORS[name] for name in possible(function, set())]
        for name in section(function.text, "Raises") or () if function.node.name != "__init__" else ():
            if name in ERRORS and not any(issubclass(kind, ERRORS[name]) for kind in kinds):
                stale[function.where] = name
    assert {where: name for where, name in stale.items() if where not in BY_WHAT_IT_HOLDS} == {}


def test_arrays_have_shapes():
    returned = {f: ast.unparse(f.node.returns) for f in PUBLIC if f.node.returns}
    arrays = [f for f, kind in returned.items() if ARRAY.search(kind) and "TypeGuard" not in kind]
    assert len(arrays) > 50
    assert [f.where for f in arrays if not SHAPE.search(f.text)] == []


WRONG = '''
def wrong(here, *more):
    """Do wrong.

    Args:
        gone: no parameter.

    Raises:
        BudgetError: never.
    """
    try:
        raise EnergyError("caught")
    except EnergyError as error:
        raise ScoresError("not named") from error
'''


@pytest.fixture
def wrong():
    return Written("nowhere", ast.parse(WRONG).body[0])


def test_the_checks_find_what_they_look_for(wrong):
    assert section(wrong.text, "Args") == ["gone"]
    assert wrong.parameters == ["here", "more"]
    assert wrong.unsaid == possible(wrong, set()) == {"ScoresError"}
    assert section(wrong.text, "Raises") == ["BudgetError"]
    assert not SHAPE.search(wrong.text)
    assert SHAPE.search("Of shape (n,).")
