#include "domain/value/names.h"

#include <algorithm>

namespace ledgate {
namespace {

bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool is_atom(char c) {
  return is_alnum(c) || std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

bool is_dot_atom(std::string_view text) {
  if (text.empty() || text.size() > 64 || text.front() == '.' || text.back() == '.') return false;
  if (text.find("..") != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c == '.' || is_atom(c); });
}

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(),
                     [](char c) { return is_alnum(c) || c == '-' || static_cast<unsigned char>(c) >= 0x80; });
}

bool is_domain(std::string_view domain) {
  std::size_t labels = 0;
  while (true) {
    const std::size_t dot = domain.find('.');
    if (!is_label(domain.substr(0, dot))) return false;
    ++labels;
    if (dot == std::string_view::npos) break;
    domain.remove_prefix(dot + 1);
  }
  return labels >= 2;
}

}  // namespace

bool is_email(std::string_view folded) {
  const std::size_t at = folded.rfind('@');
  if (at == std::string_view::npos || folded.size() > kEmailBytesMax) return false;
  return is_dot_atom(folded.substr(0, at)) && is_domain(folded.substr(at + 1));
}

bool is_username(std::string_view folded, std::size_t length) {
  if (folded.empty() || length > kUsernameLengthMax) return false;
  return folded.find_first_of("@/\\:?#%&=+\"<>,;") == std::string_view::npos;
}

}  // namespace ledgate
