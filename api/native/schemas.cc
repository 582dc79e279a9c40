#include "api/native/schemas.h"

#include <array>

namespace ledgate::api::native {
namespace {

constexpr Field kLimit{.name = "limit",
                       .type = Type::kInteger,
                       .required = false,
                       .min = 1,
                       .max = kPageMax,
                       .about = "Items per page; 100 unless told."};
constexpr Field kAfter{.name = "after", .required = false, .min = 1, .max = 128, .about = "`next` of the page before."};
constexpr Field kNext{.name = "next", .nullable = true, .about = "Cursor of the next page; null: that was all."};

constexpr std::array kVerifyFields{Field{.name = "scope",
                                         .required = false,
                                         .allowed = "read write edit admin audit",
                                         .about = "What the caller has to be allowed; `edit` is `write`."}};
constexpr std::array kPageFields{kLimit, kAfter};
constexpr std::array kUserQueryFields{Field{.name = "as_of",
                                            .required = false,
                                            .min = 1,
                                            .max = 40,
                                            .format = "date-time",
                                            .about = "As the user was then; a time to come is now."}};
constexpr std::array kAuditQueryFields{
    Field{.name = "type", .required = false, .min = 1, .max = 64, .about = "An event's name, e.g. LoggedIn."},
    Field{.name = "user", .required = false, .min = 1, .max = 36, .about = "Whom it is about: number or UUID."},
    Field{.name = "actor", .required = false, .min = 1, .max = 36, .about = "Who did it: number or UUID."},
    Field{.name = "ip", .required = false, .min = 1, .max = 45, .about = "The client's address."},
    Field{.name = "outcome", .required = false, .allowed = "success failure denied"},
    Field{.name = "from", .required = false, .min = 1, .max = 40, .format = "date-time", .about = "Inclusive."},
    Field{.name = "to", .required = false, .min = 1, .max = 40, .format = "date-time", .about = "Inclusive."},
    Field{.name = "request_id", .required = false, .min = 1, .max = 128},
    kLimit,
    kAfter,
};

constexpr std::array kUserFields{
    Field{.name = "id", .format = "uuid"},
    Field{.name = "number", .type = Type::kInteger, .about = "In order of registration, from 1."},
    Field{.name = "username", .about = "The address where there is no user name."},
    Field{.name = "email"},
    Field{.name = "name", .about = "Display name; empty where there is none."},
    Field{.name = "role", .allowed = "user auditor admin"},
    Field{.name = "is_active", .type = Type::kBoolean},
    Field{.name = "email_verified", .type = Type::kBoolean},
    Field{.name = "created_at", .format = "date-time"},
    Field{.name = "referrer_id", .nullable = true, .format = "uuid", .about = "Who brought this user."},
};
constexpr std::array kUserPageFields{Field{.name = "items", .type = Type::kArray, .of = &kUserOut}, kNext};

constexpr std::array kRoleFields{Field{.name = "role", .allowed = "user auditor admin"}};
constexpr std::array kRevokeFields{
    Field{.name = "session", .required = false, .max = 36, .format = "uuid", .about = "Only this one."}};
constexpr std::array kErasedFields{Field{.name = "id", .format = "uuid"},
                                   Field{.name = "erased", .type = Type::kBoolean}};
constexpr std::array kRevokedFields{Field{.name = "id", .format = "uuid", .about = "The user."},
                                    Field{.name = "ended", .about = "`all`, or the session's UUID."}};
constexpr std::array kSessionFields{
    Field{.name = "id", .format = "uuid"},
    Field{.name = "dialect",
          .allowed = "native librephotos imagor_studio ndastro book_corners lightnovel_crawler",
          .about = "Whose surface it was begun through."},
    Field{.name = "created_at", .format = "date-time"},
    Field{.name = "refreshed_at", .format = "date-time", .about = "When its present tokens began to count."},
    Field{.name = "expires_at", .format = "date-time", .about = "When its last token has expired."},
    Field{.name = "current", .type = Type::kBoolean, .about = "Whether it asks."},
};
constexpr std::array kSessionPageFields{Field{.name = "items", .type = Type::kArray, .of = &kSessionOut}, kNext};

constexpr std::array kAuditFields{
    Field{.name = "id", .about = "The transaction's UUID, a dot, and the event's index in it."},
    Field{.name = "type", .about = "The event's name."},
    Field{.name = "time",
          .format = "date-time",
          .about = "By the journal's clock: the order of time is the order of the log."},
    Field{.name = "position", .type = Type::kInteger},
    Field{.name = "outcome", .allowed = "success failure denied"},
    Field{.name = "reason", .nullable = true, .about = "Why not; null on success."},
    Field{.name = "resource", .about = "What was affected."},
    Field{.name = "actor",
          .nullable = true,
          .about = "Who did it: a user's UUID, `system` or `operator`; null: nobody known."},
    Field{.name = "user", .nullable = true, .format = "uuid", .about = "Whom it is about."},
    Field{.name = "session", .nullable = true, .format = "uuid"},
    Field{.name = "ip", .nullable = true},
    Field{.name = "user_agent", .nullable = true},
    Field{.name = "request_id", .nullable = true},
    Field{.name = "trace", .nullable = true, .about = "W3C traceparent."},
    Field{.name = "node"},
    Field{.name = "details", .type = Type::kObject, .about = "What else the event says; never personal data."},
};
constexpr std::array kAuditPageFields{Field{.name = "items", .type = Type::kArray, .of = &kAuditEvent}, kNext};

constexpr std::array kJournalFields{
    Field{.name = "id", .format = "uuid"},
    Field{.name = "kind", .allowed = "embedded kafka"},
    Field{.name = "end",
          .type = Type::kInteger,
          .nullable = true,
          .about = "After the last durable record; null: out of reach."},
    Field{.name = "age_ms",
          .type = Type::kInteger,
          .nullable = true,
          .about =
              "How old the newest applied record is, clocks that disagree left out of account; null: not known yet."},
    Field{.name = "chain", .about = "Hash over every record up to the position."},
};
constexpr Schema kJournal{.name = "JournalStatus", .fields = kJournalFields};
constexpr std::array kProjectionFields{
    Field{.name = "name"},
    Field{.name = "version", .type = Type::kInteger},
    Field{.name = "position", .type = Type::kInteger},
    Field{.name = "digest", .about = "Over everything it ever wrote; equal on all nodes at equal positions."},
};
constexpr Schema kProjection{.name = "ProjectionStatus", .fields = kProjectionFields};
constexpr std::array kFoldedModelFields{
    Field{.name = "name"},
    Field{.name = "served_version", .type = Type::kInteger, .about = "Served meanwhile; 0: none."},
    Field{.name = "version", .type = Type::kInteger},
};
constexpr Schema kFoldedModel{.name = "FoldedModel", .fields = kFoldedModelFields};
constexpr std::array kFoldFields{
    Field{.name = "models", .type = Type::kArray, .of = &kFoldedModel},
    Field{.name = "records", .type = Type::kInteger, .about = "Folded so far."},
    Field{.name = "records_of", .type = Type::kInteger, .about = "To be folded."},
    Field{.name = "records_per_second", .type = Type::kInteger},
    Field{.name = "seconds_left", .type = Type::kInteger, .nullable = true, .about = "null: not known."},
    Field{.name = "failure",
          .nullable = true,
          .about = "Why it was given up until the next start; the rows of before go on being served."},
};
constexpr Schema kFold{.name = "FoldStatus", .fields = kFoldFields};
constexpr std::array kPeerFields{
    Field{.name = "node"},
    Field{.name = "last_tick", .format = "date-time", .about = "Log time of its last tick that counted."},
    Field{.name = "position", .type = Type::kInteger, .about = "Of that tick."},
    Field{.name = "age_ms", .type = Type::kInteger, .about = "How long ago that was, by log time."},
    Field{.name = "knows_level", .type = Type::kInteger, .about = "The feature level that it announced last."},
};
constexpr std::array kLevelFields{
    Field{.name = "journal", .type = Type::kInteger, .about = "What belongs to a higher level is not written yet."},
    Field{.name = "known", .type = Type::kInteger, .about = "To the program of this node."},
    Field{.name = "announced", .type = Type::kInteger, .about = "By this node: the level that it agrees to."},
    Field{.name = "waits_for",
          .type = Type::kArray,
          .about = "Living nodes that have announced less than this program knows."},
};
constexpr Schema kLevel{.name = "FeatureLevelStatus", .fields = kLevelFields};
constexpr Schema kPeer{.name = "PeerStatus", .fields = kPeerFields};
constexpr std::array kStatusFields{
    Field{.name = "position", .type = Type::kInteger, .about = "Applied on this node."},
    Field{.name = "lag",
          .type = Type::kInteger,
          .nullable = true,
          .about = "Records in the journal that this node has not applied."},
    Field{.name = "log_time", .format = "date-time"},
    Field{.name = "version"},
    Field{.name = "node"},
    Field{.name = "journal", .type = Type::kObject, .of = &kJournal},
    Field{.name = "projections", .type = Type::kArray, .of = &kProjection},
    Field{.name = "fold",
          .type = Type::kObject,
          .nullable = true,
          .about = "Models that are folded anew beside the served ones; null: none.",
          .of = &kFold},
    Field{.name = "peers",
          .type = Type::kArray,
          .about = "The nodes that tick this journal, this one among them.",
          .of = &kPeer},
    Field{.name = "feature_level", .type = Type::kObject, .of = &kLevel},
    Field{.name = "refused_records", .type = Type::kInteger, .about = "With a MAC that is not this service's."},
    Field{.name = "extra_geneses",
          .type = Type::kInteger,
          .about = "Genesis records after the first, of nodes that started together."},
    Field{.name = "conflicts", .type = Type::kInteger},
    Field{.name = "duplicates", .type = Type::kInteger},
};
constexpr std::array kReadyFields{
    Field{.name = "ready", .type = Type::kBoolean},
    Field{.name = "reasons", .type = Type::kArray, .about = "Why not."},
    Field{.name = "warnings", .type = Type::kArray, .about = "What to look into although requests may come."},
    Field{.name = "position", .type = Type::kInteger},
    Field{.name = "refused_records",
          .type = Type::kInteger,
          .about = "With a MAC that is not this service's; no reason not to be ready, but one to look into."},
};
constexpr std::array kHealthFields{Field{.name = "status", .allowed = "ok"}, Field{.name = "version"}};
constexpr std::array kVerifiedFields{Field{.name = "user", .format = "uuid"},
                                     Field{.name = "number", .type = Type::kInteger},
                                     Field{.name = "scopes", .type = Type::kArray}};
constexpr std::array kKeySetFields{
    Field{.name = "keys", .type = Type::kArray, .about = "RFC 7517, public parts of ES256 keys."}};

}  // namespace

const Schema kUserOut{.name = "User", .fields = kUserFields};
const Schema kUserPage{.name = "UserPage", .fields = kUserPageFields};
const Schema kRoleIn{.name = "RoleIn", .fields = kRoleFields};
const Schema kRevokeIn{.name = "RevokeIn", .fields = kRevokeFields};
const Schema kErasedOut{.name = "Erased", .fields = kErasedFields};
const Schema kRevokedOut{.name = "Revoked", .fields = kRevokedFields};
const Schema kSessionOut{.name = "Session", .fields = kSessionFields};
const Schema kSessionPage{.name = "SessionPage", .fields = kSessionPageFields};
const Schema kAuditEvent{.name = "AuditEvent", .fields = kAuditFields};
const Schema kAuditPage{.name = "AuditPage", .fields = kAuditPageFields};
const Schema kStatusOut{.name = "Status", .fields = kStatusFields};
const Schema kReadyOut{.name = "Readiness", .fields = kReadyFields};
const Schema kHealthOut{.name = "Health", .fields = kHealthFields};
const Schema kVerifiedOut{.name = "Verified", .fields = kVerifiedFields};
const Schema kKeySet{.name = "KeySet", .fields = kKeySetFields};

const Schema kVerifyQuery{.name = "VerifyQuery", .fields = kVerifyFields};
const Schema kPageQuery{.name = "PageQuery", .fields = kPageFields};
const Schema kUserQuery{.name = "UserQuery", .fields = kUserQueryFields};
const Schema kAuditQuery{.name = "AuditQuery", .fields = kAuditQueryFields};

}  // namespace ledgate::api::native
