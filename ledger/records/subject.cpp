#include "ledger/records/subject.h"

#include <algorithm>

#include "crypto/check.h"
#include "ledger/records/codes.h"
#include "ledger/records/text.h"

namespace ledger {
namespace {

struct KindForm {
  std::string_view name;
  SubjectKind kind;
  std::size_t segments;
  std::string_view form;
};

constexpr std::array kKindForms = std::to_array<KindForm>({
    {"org", SubjectKind::organisation, 2, "org/<id>"},
    {"scheme", SubjectKind::scheme, 3, "scheme/<owner>/<id>"},
    {"cert", SubjectKind::certification, 4, "cert/<certifier>/<scheme>/<number>"},
    {"assessment", SubjectKind::assessment, 4, "assessment/<certifier>/<scheme>/<number>"},
    {"purchase", SubjectKind::purchase, 5, "purchase/<recorder>/<system>/<document>/<line>"},
    {"network", SubjectKind::network, 2, "network/validators or network/parameters"},
});

constexpr bool is_alphanumeric(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9');
}

constexpr bool stands_for_itself(char letter) {
  return is_alphanumeric(letter) || letter == '-' || letter == '.' || letter == '_' ||
         letter == '~' || letter == '@' || letter == ':';
}

// 0 to 15; -1: not a digit or a capital A to F.
constexpr int hex_value(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return -1;
}

bool is_plain_segment(std::string_view segment) {
  return !segment.empty() && segment.size() <= kSegmentBytesMax && segment != "." &&
         segment != ".." && std::all_of(segment.begin(), segment.end(), stands_for_itself);
}

crypto::Unexpected<crypto::Reject> refuse(std::string_view text, std::string_view why) {
  std::string message = "The subject \"";
  message.append(text.substr(0, 200)).append("\" ").append(why);
  return crypto::Unexpected{crypto::Reject(kSubjectInvalid, "subject", std::move(message))};
}

}  // namespace

crypto::Checked<SubjectPath> parse_subject(std::string_view text) {
  SubjectPath path;
  std::string_view rest = text;
  for (;;) {
    if (path.count == kSegmentsMax) return refuse(text, "has more than six segments.");
    const std::size_t slash = rest.find('/');
    path.segments[path.count++] = rest.substr(0, slash);
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  const auto* const form =
      std::find_if(kKindForms.begin(), kKindForms.end(),
                   [&](const KindForm& candidate) { return candidate.name == path.segments[0]; });
  if (form == kKindForms.end()) {
    return refuse(text, "does not start with org, scheme, cert, assessment, purchase or network.");
  }
  path.kind = form->kind;
  if (path.count != form->segments) {
    return refuse(text, "does not have the form " + std::string(form->form) + ".");
  }
  for (std::size_t at = 1; at < path.count; ++at) {
    const std::string_view segment = path.segments[at];
    if (!is_plain_segment(segment) && !decode_segment(segment)) {
      return refuse(text,
                    "has a segment that is empty, too long or not encoded in the one way: \"" +
                        std::string(segment.substr(0, 200)) + "\".");
    }
  }
  if (path.kind == SubjectKind::network) {
    if (path.owner() != "validators" && path.owner() != "parameters") {
      return refuse(text, "does not have the form " + std::string(form->form) + ".");
    }
  } else if (!is_organisation_id(path.owner())) {
    return refuse(text,
                  "names an organisation whose id is not of lower case letters, digits, "
                  "\"-\" and \".\".");
  }
  return path;
}

std::string_view owner_of(std::string_view subject) {
  const std::size_t start = subject.find('/');
  CHECK(start != std::string_view::npos);
  const std::size_t end = subject.find('/', start + 1);
  return subject.substr(start + 1, end == std::string_view::npos ? end : end - start - 1);
}

bool is_organisation_id(std::string_view text) {
  const auto is_inner = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-' ||
           letter == '.';
  };
  return !text.empty() && text.size() <= kSegmentBytesMax && is_alphanumeric(text.front()) &&
         is_alphanumeric(text.back()) && std::all_of(text.begin(), text.end(), is_inner);
}

std::string encode_segment(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char letter : text) {
    if (stands_for_itself(letter)) {
      out.push_back(letter);
      continue;
    }
    const auto byte = static_cast<unsigned char>(letter);
    out.push_back('%');
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 0x0F]);
  }
  return out;
}

std::optional<std::string> decode_segment(std::string_view segment) {
  if (segment.size() > 3 * kSegmentBytesMax) return std::nullopt;
  std::string text;
  text.reserve(segment.size());
  for (std::size_t at = 0; at < segment.size(); ++at) {
    if (stands_for_itself(segment[at])) {
      text.push_back(segment[at]);
      continue;
    }
    if (segment[at] != '%' || segment.size() - at < 3) return std::nullopt;
    const int high = hex_value(segment[at + 1]);
    const int low = hex_value(segment[at + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    const char letter = static_cast<char>(high * 16 + low);
    if (stands_for_itself(letter)) return std::nullopt;
    text.push_back(letter);
    at += 2;
  }
  const bool fits = !text.empty() && text.size() <= kSegmentBytesMax && text != "." && text != "..";
  if (!fits || check_text(text) != TextFault::none) return std::nullopt;
  return text;
}

std::string make_subject(std::initializer_list<std::string_view> texts) {
  std::string subject;
  for (const std::string_view text : texts) {
    if (!subject.empty()) subject.push_back('/');
    subject.append(encode_segment(text));
  }
  return subject;
}

}  // namespace ledger
