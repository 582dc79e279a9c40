#include "projections/log/thread_name.h"

#include <pthread.h>

namespace ledgate {

void name_this_thread(const std::string& purpose) {
  constexpr std::size_t kLengthMax = 15;
  ::pthread_setname_np(::pthread_self(), ("ldg-" + purpose).substr(0, kLengthMax).c_str());
}

void name_this_thread(const std::string& purpose, std::size_t number) {
  name_this_thread(purpose + "-" + std::to_string(number));
}

}  // namespace ledgate
