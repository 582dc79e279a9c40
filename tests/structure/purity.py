"""What the objects of the core import: no clock, no randomness, no environment, no I/O of their own (design: time, chance and the outside world
come in through ports). Reads the undefined symbols of the static libraries: purity.py LAYER=ARCHIVE..."""

import re
import subprocess
import sys

from source_tree import report

CLOCK = re.compile(r"^(time|gettimeofday|clock|clock_gettime|localtime(_r)?|std::chrono::_V2::(system|steady)_clock::now\(\))(@|$)")
CHANCE = re.compile(r"^(s?rand(om)?(_r)?|[dlm]rand48|getrandom|getentropy|arc4random\w*|randombytes\w*|RAND_\w+|std::random_device::.*)(@|$)")
ENVIRONMENT = re.compile(r"^((secure_)?getenv|setenv|putenv|environ)(@|$)")
INPUT_OUTPUT = re.compile(r"^(f?open(at)?(64)?|creat|read|write|pread|pwrite|fread|fwrite|f?printf|puts|mmap(64)?|unlink|rename|mkdir|socket|connect|send|recv|system|popen|fork|exec\w+"
                          r"|std::(__cxx11::)?basic_(i|o)?f(ile)?(stream|buf)<.*|std::filesystem::.*|std::c(out|err|in|log))(@|$)")
THREAD = re.compile(r"^(pthread_create|std::thread::_M_start_thread.*|fork)(@|$)")
SLEEP = re.compile(r"^(u?sleep|nanosleep|clock_nanosleep)(@|$)")
FOREIGN = re.compile(r"\b(rocksdb::|rd_kafka|RdKafka|Pistache::|spdlog::|prometheus::)")

RULES = {"clock": CLOCK, "randomness": CHANCE, "environment": ENVIRONMENT, "I/O": INPUT_OUTPUT, "thread": THREAD, "sleep": SLEEP, "foreign library": FOREIGN}
# Those that wait for all others (a time-out reads the steady clock), and the replica, which is a thread.
WAITING = {
    "projections": {"replica.cc.o", "waiting.cc.o"},
}


def allowed(layer, member, kind, symbol):
    if member not in WAITING.get(layer, ()):
        return False
    return kind in ("thread", "sleep") or (kind == "clock" and "steady_clock" in symbol)


def check(layer, listing):
    """`listing`: what nm -C --undefined-only printed for an archive."""
    problems, member = [], ""
    for line in listing.splitlines():
        if line.endswith(":"):
            member = line[:-1]
        elif match := re.match(r"\s+U (.*)", line):
            symbol = match.group(1)
            for kind, rule in RULES.items():
                if rule.search(symbol) and not allowed(layer, member, kind, symbol):
                    problems.append(f"{layer}: {member} uses {symbol} ({kind})")
    return problems


if __name__ == "__main__":
    found = []
    for argument in sys.argv[1:]:
        layer, archive = argument.split("=", 1)
        done = subprocess.run(["nm", "-C", "--undefined-only", archive], check=True, capture_output=True, text=True)
        if not re.search(r"^\S+\.o:$", done.stdout, re.MULTILINE):
            found.append(f"{layer}: {archive} has no objects; is it the right file?")
        found += check(layer, done.stdout)
    sys.exit(report(found))
