// A test of this executable run in a process of its own, to be killed: the way to see what is left of a process that
// had no time to say goodbye.
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <optional>
#include <string>

namespace ledgate::testing {

// One thread. The child is killed, if it still runs, and waited for by the destructor.
class Child {
 public:
  // Runs the disabled test `test` ("Suite.DISABLED_Name") in a new process; it gets `argument` from child_argument().
  Child(const std::string& test, const std::string& argument);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // The next line that the child said with child_says(), without its end; none when the child is gone and all lines
  // were read.
  std::optional<std::string> line();
  // SIGKILL. Lines that were said before can still be read.
  void kill();
  // Waits until the child ends by itself; its exit status, or -1 when a signal ended it.
  int wait();

 private:
  pid_t process_ = -1;
  std::FILE* lines_ = nullptr;
};

// For the test in the child: whether it was started by a Child, what it was given, and a line to the parent (any
// thread; in one piece while it is shorter than a page).
bool in_child();
std::string child_argument();
void child_says(const std::string& line);

}  // namespace ledgate::testing
