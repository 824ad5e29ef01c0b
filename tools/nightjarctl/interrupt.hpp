// Ctrl-C as a question. Signal handlers have no other place to put their answer than one of static storage.
#pragma once

namespace nightjar::ctl {

void catch_interrupts(); // SIGINT and SIGTERM from now on
bool interrupted();

} // namespace nightjar::ctl
