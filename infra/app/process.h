// What the process owes its secrets before anything else happens.
#pragma once

namespace ledgate::infra {

// Whatever is created from now on is this user's alone, and memory, which holds keys and passwords, goes into no core
// dump and to no debugger of another process of this user. Once, at the start.
void keep_process_private();

}  // namespace ledgate::infra
