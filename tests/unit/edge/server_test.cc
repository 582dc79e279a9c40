// What a client of the edge can rely on: connections, headers, bodies, limits and the end of the server.
#include "tests/unit/edge/edge_support.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdlib>
#include <set>
#include <string>
#include <vector>

namespace ledgate::edge_test {
namespace {

using infra::http_edge::HttpServer;
using infra::http_edge::ServerOptions;

TEST(Server, KeepsAConnectionForManyRequests) {
  Edge edge;
  Client client(edge.port());
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(client.send(get("/echo/" + std::to_string(i))));
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->header("x-path"), "/echo/" + std::to_string(i));
    EXPECT_EQ(answer->header("connection"), "");
  }
  EXPECT_EQ(edge.server.counters().accepted, 1U);
}

TEST(Server, SaysWhatItDoesWithTheConnection) {
  Edge edge;
  EXPECT_EQ(ask(edge.port(), get("/ok", "Connection: close\r\n")).header("connection"), "close");
  EXPECT_EQ(ask(edge.port(), "GET /ok HTTP/1.0\r\n\r\n").header("connection"), "close");
  EXPECT_EQ(ask(edge.port(), "GET /ok HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").header("connection"), "keep-alive");
  EXPECT_EQ(ask(edge.port(), "GARBAGE\r\n\r\n").header("connection"), "close");
}

TEST(Server, PassesTheRequestOnAsItCame) {
  Edge edge;
  const std::string request =
      "POST /echo/a%40b.org?x=%20&y HTTP/1.1\r\nHost: h\r\nX-Two: 1\r\nx-two:  2 \r\nX-One:  a b  \r\nContent-Length: "
      "4\r\n\r\nb\0dy";
  const std::string bytes = request.substr(0, request.find("\r\n\r\n") + 4) + std::string("b\0dy", 4);
  ASSERT_EQ(ask(edge.port(), bytes).status, 200);
  const api::Request seen = edge.service.last();
  EXPECT_EQ(seen.method, api::Method::kPost);
  EXPECT_EQ(seen.path, "/echo/a%40b.org");
  EXPECT_EQ(seen.query, "x=%20&y");
  EXPECT_EQ(seen.body, std::string("b\0dy", 4));
  EXPECT_EQ(seen.header("x-one"), "a b");
  EXPECT_EQ(seen.header("X-Two"), std::nullopt);
  EXPECT_EQ(seen.header_count("x-two"), 2U);
  EXPECT_EQ(seen.client_address, "127.0.0.1");
  EXPECT_GT(seen.received_us, 1'600'000'000'000'000);
}

TEST(Server, AnswersHeadWithoutBody) {
  Edge edge;
  Client client(edge.port());
  ASSERT_TRUE(client.send("HEAD /echo HTTP/1.1\r\nHost: a\r\n\r\n"));
  const auto answer = client.read_answer(kPatience, true);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->header("content-length"), std::to_string(std::string("HEAD /echo? ").size()));
  ASSERT_TRUE(client.send(get("/ok")));
  EXPECT_EQ(client.read_answer().value_or(Answer{}).status, 200);
}

TEST(Server, SendsNoBodyWith204) {
  Edge edge;
  const Answer answer = ask(edge.port(), get("/empty"));
  EXPECT_EQ(answer.status, 204);
  EXPECT_FALSE(answer.headers.contains("content-length"));
  EXPECT_FALSE(answer.headers.contains("content-type"));
}

TEST(Server, NeverSendsALineBreakInsideAHeader) {
  Edge edge;
  const Answer answer = ask(edge.port(), get("/bad-header"));
  EXPECT_EQ(answer.status, 500);
  EXPECT_FALSE(answer.headers.contains("set-cookie"));
  EXPECT_FALSE(answer.headers.contains("location"));
}

TEST(Server, LeavesTheServicesOwnCacheControlAlone) {
  Edge edge;
  EXPECT_EQ(ask(edge.port(), get("/cached")).header("cache-control"), "max-age=60");
}

TEST(Server, TakesAUsableRequestIdAndMakesOneOtherwise) {
  Edge edge;
  EXPECT_EQ(ask(edge.port(), get("/ok", "X-Request-Id: abc-1.2_3\r\n")).header("x-request-id"), "abc-1.2_3");
  EXPECT_EQ(edge.service.last().request_id, "abc-1.2_3");
  std::set<std::string> made;
  for (const std::string& bad :
       {std::string("a b"), std::string("a/b"), std::string(129, 'a'), std::string("\"x\""), std::string()}) {
    made.insert(ask(edge.port(), get("/ok", "X-Request-Id: " + bad + "\r\n")).header("x-request-id"));
  }
  made.insert(ask(edge.port(), get("/ok", "X-Request-Id: a\r\nX-Request-Id: a\r\n")).header("x-request-id"));
  EXPECT_EQ(made.size(), 6U);
  for (const std::string& id : made) EXPECT_EQ(id.size(), 36U) << id;
  // What is refused after a sound head keeps the client's name for it too.
  EXPECT_EQ(ask(edge.port(), "POST /ok HTTP/1.1\r\nHost: a\r\nX-Request-Id: mine\r\nContent-Length: 99999999\r\n\r\n")
                .header("x-request-id"),
            "mine");
}

TEST(Server, TellsTheServiceWhichPathItRefused) {
  Edge edge;
  EXPECT_EQ(ask(edge.port(), "POST /auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n").body,
            "{\"refused\":\"/auth/login\"}");
  EXPECT_EQ(ask(edge.port(), "GET // HTTP/1.1\r\nHost: a\r\n\r\n").body, "{\"refused\":\"\"}");
  EXPECT_FALSE(ask(edge.port(), "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n").header("allow").empty());
}

TEST(Server, AnswersPipelinedRequestsInOrderWhicheverThreadReplies) {
  Edge edge;
  Client client(edge.port());
  std::string requests;
  for (int i = 0; i < 500; ++i) requests += get(i % 3 == 0 ? "/later" : "/echo/" + std::to_string(i));
  ASSERT_TRUE(client.send(requests));
  for (int i = 0; i < 500; ++i) {
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer) << i;
    EXPECT_EQ(answer->header("x-path"), i % 3 == 0 ? "/later" : "/echo/" + std::to_string(i));
  }
}

TEST(Server, HandlesOneRequestOfAConnectionAtATime) {
  Edge edge;
  Client client(edge.port());
  ASSERT_TRUE(client.send(get("/held") + get("/echo/second")));
  std::vector<std::pair<api::Request, api::Service::Reply>> held;
  ASSERT_TRUE(eventually([&] { return !(held = edge.service.take_held()).empty(); }));
  EXPECT_EQ(ask(edge.port(), get("/ok")).status, 200);
  EXPECT_EQ(ask(edge.port(), get("/ok")).status, 200);  // both I/O threads have had their turn
  EXPECT_EQ(edge.service.handled(), 3U);
  held.front().second({.status = 202});
  EXPECT_EQ(client.read_answer().value_or(Answer{}).status, 202);
  EXPECT_EQ(client.read_answer().value_or(Answer{}).header("x-path"), "/echo/second");
}

TEST(Server, ClosesAConnectionThatPipelinesWithoutBound) {
  Edge edge;
  Client client(edge.port());
  ASSERT_TRUE(client.send(get("/held")));
  std::vector<std::pair<api::Request, api::Service::Reply>> held;
  ASSERT_TRUE(eventually([&] { return !(held = edge.service.take_held()).empty(); }));
  const std::string some = get("/ok", "X-Filler: " + std::string(1000, 'f') + "\r\n");
  int sent = 0;
  while (sent < 100'000 && client.send(some)) ++sent;
  EXPECT_LT(sent, 100'000);
  EXPECT_EQ(edge.service.handled(), 1U);
  held.front().second({});
}

TEST(Server, IgnoresASecondReply) {
  Edge edge;
  Client client(edge.port());
  ASSERT_TRUE(client.send(get("/held")));
  std::vector<std::pair<api::Request, api::Service::Reply>> held;
  ASSERT_TRUE(eventually([&] { return !(held = edge.service.take_held()).empty(); }));
  const auto reply = held.front().second;
  reply({.status = 201});
  EXPECT_EQ(client.read_answer().value_or(Answer{}).status, 201);
  ASSERT_TRUE(client.send(get("/held")));
  ASSERT_TRUE(eventually([&] { return !(held = edge.service.take_held()).empty(); }));
  reply({.status = 403});
  held.front().second({.status = 202});
  EXPECT_EQ(client.read_answer().value_or(Answer{}).status, 202);
}

TEST(Server, AnswersForAServiceThatForgets) {
  Edge edge;
  EXPECT_EQ(ask(edge.port(), get("/never")).status, 500);
}

TEST(Server, AnswersAClientThatClosedItsSendingSide) {
  Edge edge;
  for (const std::string path : {"/ok", "/later", "/big?2000000"}) {
    Client client(edge.port());
    ASSERT_TRUE(client.send(get(path) + get(path)));
    client.finish_sending();
    EXPECT_EQ(client.read_answer().value_or(Answer{}).status, 200) << path;
    EXPECT_EQ(client.read_answer().value_or(Answer{}).status, 200) << path;
    EXPECT_TRUE(client.sees_close()) << path;
  }
  EXPECT_TRUE(eventually([&] { return edge.server.counters().open == 0; }));
}

TEST(Server, ForgetsClientsThatVanishWithinARequestOrAnAnswer) {
  Edge edge;
  for (const std::string& part :
       {std::string("GET /o"), std::string("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n1234"),
        get("/big?5000000")}) {
    Client client(edge.port(), 2048);
    ASSERT_TRUE(client.send(part));
    EXPECT_EQ(ask(edge.port(), get("/ok")).status, 200);
    client.reset();
  }
  EXPECT_TRUE(eventually([&] { return edge.server.counters().open == 0; }));
}

TEST(Server, SendsLargeAnswersWholeToAClientWithASmallBuffer) {
  Edge edge;
  Client client(edge.port(), 2048);
  for (const std::size_t size : {std::size_t{64} * 1024, std::size_t{5'000'000}}) {
    ASSERT_TRUE(client.send(get("/big?" + std::to_string(size))));
    EXPECT_EQ(client.read_answer().value_or(Answer{}).body.size(), size);
  }
}

TEST(Server, ReadsARequestByteByByte) {
  Edge edge;
  Client client(edge.port());
  for (const char c : std::string(
           "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")) {
    ASSERT_TRUE(client.send({&c, 1}));
  }
  EXPECT_EQ(client.read_answer().value_or(Answer{}).body, "POST /echo? abcde");
}

TEST(Server, BelievesForwardedAddressesOfTrustedProxiesOnly) {
  const auto client_of = [](Edge& edge, const std::string& headers) {
    return ask(edge.port(), get("/ok", headers)).header("x-client");
  };
  Edge plain;
  EXPECT_EQ(client_of(plain, "X-Forwarded-For: 192.0.2.1\r\n"), "127.0.0.1");
  Edge behind({.trusted_proxies = {"127.0.0.0/8", "10.0.0.0/8"}});
  EXPECT_EQ(client_of(behind, ""), "127.0.0.1");
  EXPECT_EQ(client_of(behind, "X-Forwarded-For: 203.0.113.9, 192.0.2.1, 10.1.2.3\r\n"), "192.0.2.1");
  EXPECT_EQ(client_of(behind, "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 2001:db8:0:0::1\r\n"), "2001:db8::1");
  EXPECT_EQ(client_of(behind, "X-Forwarded-For: 192.0.2.1, unknown, 10.1.2.3\r\n"), "10.1.2.3");
}

TEST(Server, TellsOnceOfAPeerThatForwardsWithoutBeingTrusted) {
  std::atomic<int> told = 0;
  const auto tell = [&](const std::string& peer) {
    EXPECT_EQ(peer, "127.0.0.1");
    ++told;
  };
  Edge plain({.on_untrusted_forward = tell});
  ask(plain.port(), get("/ok"));
  EXPECT_EQ(told, 0);
  for (int i = 0; i < 3; ++i) ask(plain.port(), get("/ok", "X-Forwarded-For: 192.0.2.1\r\n"));
  EXPECT_EQ(told, 1);
  Edge behind({.on_untrusted_forward = tell, .trusted_proxies = {"127.0.0.0/8"}});
  ask(behind.port(), get("/ok", "X-Forwarded-For: 192.0.2.1\r\n"));
  EXPECT_EQ(told, 1);
}

// --- the address
// ---------------------------------------------------------------------------------------------------------------------------

TEST(Server, HoldsItsAddressBeforeItServes) {
  TestService service;
  HttpServer first({.port = 0}, service);
  ASSERT_TRUE(first.bind());
  ASSERT_NE(first.port(), 0);
  EXPECT_EQ(Client(first.port()).fd(), -1) << "nobody is let in yet";
  ASSERT_TRUE(first.start());
  EXPECT_EQ(ask(first.port(), get("/ok")).status, 200);
  HttpServer second({.port = first.port()}, service);
  const auto bound = second.bind();
  ASSERT_FALSE(bound);
  EXPECT_NE(bound.error().message.find(std::to_string(first.port())), std::string::npos);
}

TEST(Server, QuiescingCutsNothingOff) {
  Edge edge;
  Client client(edge.port());
  ASSERT_TRUE(client.send(get("/held")));
  std::vector<std::pair<api::Request, api::Service::Reply>> held;
  ASSERT_TRUE(eventually([&] {
    for (auto& one : edge.service.take_held()) held.push_back(std::move(one));
    return !held.empty();
  }));
  EXPECT_FALSE(edge.server.quiesce(milliseconds(50)));
  held[0].second(api::Response{.status = 503});
  EXPECT_EQ(client.read_answer().value_or(Answer{}).status, 503) << "late, but answered";
  EXPECT_TRUE(edge.server.drain(kPatience));
}

// --- limits in time
// ---------------------------------------------------------------------------------------------------------------------------

ServerOptions impatient() {
  return {.slow_request = milliseconds(200), .idle = milliseconds(400), .linger = milliseconds(100)};
}

TEST(TimeLimits, ASlowRequestIsAnswered408) {
  Edge edge(impatient());
  const std::string head = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n";
  for (const std::string& part : {std::string("G"), std::string("GET /ok HTTP/1.1\r\nHost"), head, head + "12345"}) {
    Client client(edge.port());
    const auto start = Clock::now();
    ASSERT_TRUE(client.send(part));
    EXPECT_EQ(client.read_answer().value_or(Answer{}).status, 408) << part;
    EXPECT_GE(Clock::now() - start, milliseconds(100)) << part;
    EXPECT_TRUE(client.sees_close()) << part;
  }
}

TEST(TimeLimits, DroppingBytesInDoesNotBuyTime) {
  Edge edge(impatient());
  for (const std::string& request :
       {get("/ok", "X-Long: " + std::string(1000, 'x') + "\r\n"),
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'b')}) {
    Client client(edge.port());
    std::optional<Answer> answer;
    for (std::size_t i = 0; i + 1 < request.size() && !answer; ++i) {  // would take ten seconds and more
      client.send({&request[i], 1});
      answer = client.read_answer(milliseconds(10));
    }
    ASSERT_TRUE(answer) << "before the request was whole";
    EXPECT_EQ(answer->status, 408);
  }
}

TEST(TimeLimits, AnIdleConnectionIsClosedWithoutAWord) {
  Edge edge(impatient());
  Client fresh(edge.port());
  Client used(edge.port());
  ASSERT_TRUE(used.send(get("/ok")));
  ASSERT_TRUE(used.read_answer());
  EXPECT_TRUE(used.sees_close());
  EXPECT_TRUE(fresh.sees_close());
}

TEST(TimeLimits, ARequestThatIsBeingAnsweredHasNoLimitHere) {
  Edge edge(impatient());
  edge.service.set_delay(milliseconds(900));
  Client client(edge.port());
  ASSERT_TRUE(client.send(get("/later")));
  EXPECT_EQ(client.read_answer().value_or(Answer{}).status, 200);
}

TEST(TimeLimits, AClientThatNeverReadsIsDropped) {
  Edge edge(impatient());
  Client client(edge.port(), 2048);
  ASSERT_TRUE(client.send(get("/big?20000000")));
  EXPECT_TRUE(eventually([&] { return edge.server.counters().slow_readers == 1 && edge.server.counters().open == 0; }));
}

TEST(TimeLimits, AConnectionThatIsOverDoesNotLinger) {
  Edge edge(impatient());
  Client client(edge.port());
  ASSERT_TRUE(client.send("GARBAGE\r\n\r\n"));
  ASSERT_TRUE(client.read_answer());
  EXPECT_TRUE(eventually([&] { return edge.server.counters().open == 0; }));
}

// --- limits in number
// -------------------------------------------------------------------------------------------------------------------------

TEST(Capacity, WhoIsOneTooManyIsToldToRetry) {
  Edge edge({.max_connections = 8});
  std::vector<Client> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back(edge.port());
    ASSERT_TRUE(clients.back().send(get("/ok")));
    ASSERT_TRUE(clients.back().read_answer());
  }
  for (int i = 0; i < 20; ++i) {  // more than are closed politely
    Client extra(edge.port());
    const auto answer = extra.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 503);
    EXPECT_FALSE(answer->header("retry-after").empty());
    EXPECT_TRUE(extra.sees_close());
  }
  ASSERT_TRUE(clients.front().send(get("/ok")));
  EXPECT_EQ(clients.front().read_answer().value_or(Answer{}).status, 200);
  clients.clear();
  EXPECT_TRUE(eventually([&] { return ask(edge.port(), get("/ok")).status == 200; }));
  EXPECT_GE(edge.server.counters().over_capacity, 20U);
}

TEST(Capacity, IdleConnectionsMakeRoomWhenThereAreTooMany) {
  Edge edge({.max_connections = 8});
  std::vector<Client> hoarded;
  for (int i = 0; i < 8; ++i) hoarded.emplace_back(edge.port());
  EXPECT_TRUE(eventually([&] { return ask(edge.port(), get("/ok")).status == 200; })) << "the usual limit is 60 s";
}

TEST(Capacity, AFloodOfPipelinedRequestsDoesNotKeepOthersOut) {
  Edge edge({.io_threads = 1});
  std::atomic<bool> stop = false;
  std::thread flood([&] {
    std::string many;
    for (int i = 0; i < 1000; ++i) many += get("/ok");
    while (!stop) {
      Client client(edge.port());
      while (!stop && client.send(many)) {
        while (client.is_quiet(milliseconds(0)) == false && client.read_answer(milliseconds(0))) {
        }
      }
    }
  });
  for (int i = 0; i < 50; ++i) EXPECT_EQ(ask(edge.port(), get("/ok")).status, 200);
  stop = true;
  flood.join();
}

// --- beginning and end
// ------------------------------------------------------------------------------------------------------------------------

TEST(StartAndStop, SaysWhatIsWrongWithTheAddress) {
  Edge first;
  TestService service;
  const auto message_of = [&service](ServerOptions options) {
    HttpServer server(std::move(options), service);
    const Status status = server.start();
    return status ? std::string() : status.error().message;
  };
  EXPECT_EQ(message_of({.port = first.port()}),
            "cannot listen on 127.0.0.1:" + std::to_string(first.port()) + ": Address already in use");
  EXPECT_NE(message_of({.host = "192.0.2.1", .port = 0}), "");
  EXPECT_NE(message_of({.host = "no such host", .port = 0}), "");
  EXPECT_NE(message_of({.port = 0, .trusted_proxies = {"10.0.0.0/33"}}), "");
  EXPECT_NE(message_of({.port = 0, .io_threads = 0}), "");
}

TEST(StartAndStop, ListensOnBothFamilies) {
  TestService service;
  HttpServer server({.host = "::", .port = 0}, service);
  if (!server.start()) GTEST_SKIP() << "no IPv6 here";
  EXPECT_EQ(ask(server.port(), get("/ok")).header("x-client"), "127.0.0.1")
      << "an IPv4 client is not shown as ::ffff:127.0.0.1";
}

TEST(StartAndStop, AServerThatWasNeverStartedEndsQuietly) {
  TestService service;
  HttpServer server({}, service);
  EXPECT_EQ(server.port(), 0);
  EXPECT_TRUE(server.drain(milliseconds(0)));
}

TEST(StartAndStop, DrainAnswersWhatIsUnderWayAndNothingNew) {
  Edge edge;
  Client idle(edge.port());
  ASSERT_TRUE(idle.send(get("/ok")));
  ASSERT_TRUE(idle.read_answer());
  Client busy(edge.port());
  ASSERT_TRUE(busy.send(get("/held")));
  std::vector<std::pair<api::Request, api::Service::Reply>> held;
  ASSERT_TRUE(eventually([&] { return !(held = edge.service.take_held()).empty(); }));

  bool in_time = false;
  std::thread drain([&] { in_time = edge.server.drain(kPatience); });
  EXPECT_TRUE(idle.sees_close());
  EXPECT_TRUE(eventually([&] { return Client(edge.port()).fd() < 0; })) << "still listening";
  held.front().second({.status = 201});
  const auto answer = busy.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->header("connection"), "close");
  EXPECT_TRUE(busy.sees_close());
  drain.join();
  EXPECT_TRUE(in_time);
}

TEST(StartAndStop, DrainEndsWhenPatienceDoes) {
  Edge edge;
  Client busy(edge.port());
  ASSERT_TRUE(busy.send(get("/held")));
  std::vector<std::pair<api::Request, api::Service::Reply>> held;
  ASSERT_TRUE(eventually([&] { return !(held = edge.service.take_held()).empty(); }));
  EXPECT_FALSE(edge.server.drain(milliseconds(50)));
  held.front().second({.status = 201});  // nobody is there any more
  EXPECT_TRUE(busy.sees_close());
}

TEST(StartAndStop, StopsUnderLoad) {
  std::atomic<bool> stop = false;
  auto edge = std::make_unique<Edge>();
  const std::uint16_t port = edge->port();
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&stop, port] {
      while (!stop) {
        Client client(port);
        while (!stop && client.fd() >= 0 && client.send(get("/later") + get("/ok")) && client.read_answer() &&
               client.read_answer()) {
        }
      }
    });
  }
  EXPECT_TRUE(eventually([&] { return edge->service.handled() > 200; }));
  EXPECT_TRUE(edge->server.drain(kPatience));
  stop = true;
  for (std::thread& client : clients) client.join();
}

}  // namespace
}  // namespace ledgate::edge_test
