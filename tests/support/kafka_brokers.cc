#include "tests/support/kafka_brokers.h"

#include "tests/source_dir.h"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace ledgate::testing {
namespace {

constexpr std::size_t kLineLimit = 65536;

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

}  // namespace

KafkaBrokers::KafkaBrokers(int count, const std::vector<std::string>& settings) {
  std::vector<std::string> arguments{LEDGATE_SOURCE_DIR "/tests/kafka/brokers.py", "--brokers", std::to_string(count)};
  for (const std::string& setting : settings) arguments.push_back("--set=" + setting);
  arguments.push_back(directory_.path());
  launch(arguments);
  const auto ready = nlohmann::json::parse(next_line(), nullptr, false);
  if (ready.is_object() && ready.value("ready", false)) {
    bootstrap_ = ready.value("bootstrap", "");
    return;
  }
  std::fclose(commands_);
  std::fclose(answers_);
  ::waitpid(launcher_, nullptr, 0);
  throw std::runtime_error("no brokers: " + ready.dump());
}

KafkaBrokers::~KafkaBrokers() {
  std::fclose(commands_);  // the end of its input ends the launcher, and that its brokers
  ::waitpid(launcher_, nullptr, 0);
  std::fclose(answers_);
}

std::string KafkaBrokers::log_directory(int number) const {
  return directory_.file("broker-" + std::to_string(number) + "/log");
}

std::string KafkaBrokers::output_file(int number) const {
  return directory_.file("broker-" + std::to_string(number) + "/output.log");
}

void KafkaBrokers::launch(const std::vector<std::string>& arguments) {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  std::vector<std::string> words = arguments;
  const int spawned =
      ::posix_spawn(&launcher_, words.front().c_str(), &actions, nullptr, pointers(words).data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(in[0]);
  ::close(out[1]);
  commands_ = ::fdopen(in[1], "w");
  answers_ = ::fdopen(out[0], "r");
  if (spawned != 0 || commands_ == nullptr || answers_ == nullptr) throw std::runtime_error("no launcher");
}

void KafkaBrokers::tell(const std::string& command, int number) {
  const std::string line = command + " " + std::to_string(number) + "\n";
  if (std::fputs(line.c_str(), commands_) < 0 || std::fflush(commands_) != 0)
    throw std::runtime_error("the launcher is gone");
  const auto answer = nlohmann::json::parse(next_line(), nullptr, false);
  if (!answer.is_object() || !answer.value("ok", false)) throw std::runtime_error(line + answer.dump());
}

std::string KafkaBrokers::next_line() {
  std::string line(kLineLimit, '\0');
  if (std::fgets(line.data(), static_cast<int>(line.size()), answers_) == nullptr) return "";
  line.resize(line.find('\0'));
  return line;
}

}  // namespace ledgate::testing
