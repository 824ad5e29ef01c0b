// Asks the scheduler to serve the calling thread in many short slices instead of few long ones: its share of the
// processor stays the same, but who waits for it waits less when every core is busy.
#pragma once

namespace nightjar::worker {

// Of no effect before Linux 6.12, where a thread cannot choose. Needs no privilege.
void take_short_slices();

} // namespace nightjar::worker
