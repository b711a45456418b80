"""Exported headers through the system's C compiler, for tests: many of them in one library."""

import ctypes
import re
import subprocess
from dataclasses import replace

import numpy as np

from tests.conftest import compilers
from trecx.exporting.c_header import c_header

STRICT = ("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror")
TYPES = {"float": "float", "int8": "int8_t"}
WRAPPER = """
#undef trecx_leaves_{kind}
void decide_{kind}_{number}(const {type} *rows, int n, unsigned char *out);
void decide_{kind}_{number}(const {type} *rows, int n, unsigned char *out)
{{
    for (int i = 0; i < n; ++i) {{
        out[i] = (unsigned char)leaves_{kind}_{number}(rows + i * TRECX_N_CLASSES);
    }}
}}
"""


class Firmware:
    """The header of each of these rules, compiled as C99 with every warning an error."""

    def __init__(self, folder, record, rules):
        parts = []
        for number, rule in enumerate(rules):
            text = c_header(replace(record, rule=rule))
            kinds = [kind for kind in TYPES if f"trecx_leaves_{kind}(" in text]
            (folder / f"{number}.h").write_text(text)
            parts += [f"#define trecx_leaves_{kind} leaves_{kind}_{number}" for kind in kinds]
            parts.append(f'#include "{number}.h"')
            parts += [WRAPPER.format(kind=kind, number=number, type=TYPES[kind]) for kind in kinds]
            parts += [f"#undef {name}" for name in re.findall(r"#define (\w+)", text)]
        (folder / "all.c").write_text("\n".join(parts))
        command = [compilers()[0], "-std=c99", *STRICT, "-shared", "-fPIC", "all.c", "-o", "all.so", "-lm"]
        subprocess.run(command, check=True, cwd=folder)
        self.library = ctypes.CDLL(str(folder / "all.so"))

    def leaves(self, kind, number, softmax):
        """Whether each row of (n_samples, n_classes) leaves by the rule of this number."""
        rows = np.ascontiguousarray(softmax)
        out = np.empty(len(rows), np.uint8)
        addresses = (ctypes.c_void_p(array.ctypes.data) for array in (rows, out))
        decide = getattr(self.library, f"decide_{kind}_{number}")
        first, last = addresses
        decide(first, len(rows), last)
        return out.astype(bool)


def run_cpp(folder, header, main):
    """Compile as C++11, the header included twice, and return the exit status of the program."""
    (folder / "one.h").write_text(header)
    (folder / "main.cpp").write_text(f'#include "one.h"\n#include "one.h"\n{main}\n')
    command = [compilers()[1], "-std=c++11", *STRICT, "-O2", "main.cpp", "-o", "main", "-lm"]
    subprocess.run(command, check=True, cwd=folder)
    return subprocess.run([folder / "main"], check=False).returncode
