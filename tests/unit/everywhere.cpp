// The shared headers are compiled for this file; main.cpp, which wants a main() of them, does without.
#include "tests/unit/everywhere.hpp"
