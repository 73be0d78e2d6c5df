"""How everything that decides a picture's bytes is compiled."""

# Pictures have the same bytes on every machine: no fused multiply-add, and
# nothing that lets the compiler change a rounding. The rest only lets it
# vectorise: nobody looks at floating-point exceptions or errno here.
EXACT_MATH_COPTS = [
    "-ffp-contract=off",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-O3",
]
