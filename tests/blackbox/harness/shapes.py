"""Shapes of JSON: exact keys, types and values, in a notation short enough for the tables of the dialects.

A type stands for a value of exactly that type (`int` is no bool), a dict for an object with exactly these keys, a list of one shape for an
array of such, a tuple for any one of its shapes, a function for what it accepts; anything else stands for itself."""

import re
import types
import uuid

NULL = type(None)


def fault(shape, value, where="body"):
    """None when the value has the shape, else where it differs and how."""
    if isinstance(shape, type):
        return None if type(value) is shape else f"{where} is {value!r}, not {shape.__name__}"
    if isinstance(shape, tuple):
        return None if any(fault(one, value) is None for one in shape) else f"{where} is {value!r}, none of {shape!r}"
    if isinstance(shape, types.FunctionType):
        return None if shape(value) else f"{where} is {value!r}, which {shape.__name__} refuses"
    if isinstance(shape, dict):
        return fault_of_object(shape, value, where)
    if isinstance(shape, list):
        if not isinstance(value, list):
            return f"{where} is {value!r}, no array"
        return next((found for place, item in enumerate(value) if (found := fault(shape[0], item, f"{where}[{place}]"))), None)
    return None if type(value) is type(shape) and value == shape else f"{where} is {value!r}, not {shape!r}"


def fault_of_object(shape, value, where):
    if not isinstance(value, dict):
        return f"{where} is {value!r}, no object"
    if value.keys() != shape.keys():
        return f"{where} has {sorted(value.keys() - shape.keys())} too many and lacks {sorted(shape.keys() - value.keys())}"
    return next((found for key in shape if (found := fault(shape[key], value[key], f"{where}.{key}"))), None)


def assert_answer(answer, status, shape=None):
    """Status and body in one; the body is shown when either is wrong."""
    assert answer.status_code == status, f"{answer.status_code}: {answer.text[:500]}"
    if shape is not None:
        found = fault(shape, answer.json())
        assert found is None, f"{found}\n{answer.text[:500]}"
    return answer


def a_uuid(value):
    return isinstance(value, str) and str(uuid.UUID(value)) == value


def a_text(value):
    return isinstance(value, str) and value != ""


def a_jwt(value):
    return isinstance(value, str) and re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", value) is not None


def milliseconds(value):
    """A moment of our time in UNIX milliseconds: neither seconds nor microseconds."""
    return type(value) is int and 1_600_000_000_000 < value < 4_000_000_000_000
