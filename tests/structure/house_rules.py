"""Size and manners of the sources: files of at most 500 lines, functions of at most 60 (tests may have tables), no notes to self, no code in comments, no banned calls,
no decision on rows that are not part of its transaction."""

import ast
import re
import sys

from source_tree import LAYERS, files, line_of, relative, report, without_comments_and_strings

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 60
CPP = (".h", ".cc")

NOTE = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b(?! ?\(#\d+\))")
CODE_IN_COMMENT = re.compile(
    r"^\s*// ?(return\b[^.]*;|(if|for|while|switch) \(.*[{;]|#\s*include\b.*|(const |auto |static )?[\w:]+(<.*>)?[&*]? \w+ ?= .*;|[\w.:>-]+\(.*\);|[{}])\s*$")  # an example is indented
BANNED = {
    r"\busing namespace std\s*;": "name what is used",
    r"\bstd::endl\b": "'\\n'; a flush is a decision of its own",
    r"\b(sprintf|strcpy|strcat|gets|atoi|atol|atof|strtok|alloca)\s*\(": "not bounded, or not checked",
    r"\.detach\(\)": "every thread has an owner that joins it",
    r"\bstd::(s?rand|random_shuffle)\b": "randomness is a port",
}
BANNED_IN_LAYERS = {
    r"\bstd::regex\b": "slow, and recurses on what strangers send",
    r"\bsleep_(for|until)\s*\(": "wait for a condition",
}
MAY_SLEEP = ("projections/log/waiting.cc",)  # for those who back off, or try again after a fault
DECIDES = re.compile(r"\bTransactionContext& \w+[^;{}]*\{")  # the head of a function or lambda that decides
ROWS = re.compile(r"\.store\b|\bKvReader\b|\bsnapshot\(\)")
CONTROL = re.compile(r"\b(if|for|while|switch|catch|do|else|try|return)\b")


def cpp_functions(text):
    """(name, first line, last line) of function bodies outside other functions. Reads braces, so it is right for formatted code only."""
    code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda match: re.sub(r"[^\n]", " ", match.group()), without_comments_and_strings(text), flags=re.MULTILINE)
    stack, start, functions = [], 0, []
    for offset, character in enumerate(code):
        if character == "{":
            header = code[start:offset]
            inside = any(kind == "function" for kind, _ in stack)
            is_function = not inside and ")" in header and not CONTROL.match(header.strip()) and not re.search(r"=\s*$", header)
            stack.append(("function" if is_function else "block", start + len(header) - len(header.lstrip())))
            start = offset + 1
        elif character == "}" and stack:
            kind, begin = stack.pop()
            if kind == "function":
                name = re.search(r"([\w:~]+)\s*\(", code[begin:offset])
                functions.append((name.group(1) if name else "?", line_of(code, begin), line_of(code, offset)))
            start = offset + 1
        elif character == ";":
            start = offset + 1
    return functions


def python_functions(text):
    return [(node.name, node.lineno, node.end_lineno) for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def decisions_on_bare_rows(path, text):
    """Where a command decides on rows that the transaction context knows nothing of: the log would not notice when they change."""
    code = without_comments_and_strings(text)
    problems = []
    for head in DECIDES.finditer(code):
        end, depth = head.end(), 1
        while depth and end < len(code):
            depth += {"{": 1, "}": -1}.get(code[end], 0)
            end += 1
        for match in ROWS.finditer(code, head.end(), end):
            problems.append(f"{path}:{line_of(code, match.start())}: {match.group()}: a decision reads through its context, or its reads are not in the transaction")
    return problems


def check(path, text):
    problems = []
    lines = text.splitlines()
    if len(lines) > FILE_LINES_MAX:
        problems.append(f"{path}: {len(lines)} lines; is it one thing?")
    is_cpp, in_layers = path.endswith(CPP), path.startswith(LAYERS)
    functions = cpp_functions(text) if is_cpp else python_functions(text) if path.endswith(".py") else []
    for name, first, last in functions:
        if last - first + 1 > FUNCTION_LINES_MAX and in_layers:
            problems.append(f"{path}:{first}: {name} has {last - first + 1} lines")
    for number, line in enumerate(lines, 1):
        if NOTE.search(line):
            problems.append(f"{path}:{number}: a note to self without an issue, as in (#12)")
        if is_cpp and CODE_IN_COMMENT.search(line):
            problems.append(f"{path}:{number}: code in a comment")
    if path.startswith("commands/") and not path.startswith("commands/core/"):
        problems += decisions_on_bare_rows(path, text)
    if is_cpp:
        code = without_comments_and_strings(text)
        for pattern, why in (BANNED | (BANNED_IN_LAYERS if in_layers else {})).items():
            for match in re.finditer(pattern, code):
                if path in MAY_SLEEP and "sleep" in pattern:
                    continue
                problems.append(f"{path}:{line_of(code, match.start())}: {match.group()}: {why}")
    return problems


if __name__ == "__main__":
    found = []
    for source in files(LAYERS + ("tests",), ".h", ".cc", ".py", ".proto", ".cmake"):
        if "structure" not in source.parts:  # it has to spell out what it looks for
            found += check(relative(source), source.read_text())
    sys.exit(report(found))
