#include "tools/nightjarctl/interrupt.hpp"

#include <csignal>
#include <initializer_list>

namespace nightjar::ctl {

namespace {
volatile std::sig_atomic_t was_interrupted = 0;
}

void catch_interrupts() {
    for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { was_interrupted = 1; });
}

bool interrupted() { return was_interrupted != 0; }

} // namespace nightjar::ctl
