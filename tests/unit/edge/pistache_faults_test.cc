// The faults P1 to P20 that were measured in Pistache 0.0.5, one test each. Where the fault shows at once and every
// time, the same bytes are also sent to Pistache as it comes; where it is a race, a spin or a crash, the comment says
// what it does there.
#include "tests/unit/edge/edge_support.h"
#include "tests/unit/edge/stock_pistache.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace ledgate::edge_test {
namespace {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr int kAbortedRequests = 10'000;
#else
constexpr int kAbortedRequests = 100'000;
#endif

constexpr milliseconds kStockPatience{300};  // for answers of the stock server that are expected not to come

// What a client that asked for nothing was sent; "" is right.
std::string heard_by(Client& silent) { return silent.is_quiet(milliseconds(1)) ? "" : "[" + silent.unread() + "]"; }

// Stock: the answer is queued under the number of the descriptor, which by then may be another client's.
TEST(PistacheFaults, P1_AnAnswerNeverReachesAnotherClient) {
  Edge edge({.io_threads = 2});
  edge.service.set_delay(milliseconds(1));
  std::atomic<bool> stop = false;
  std::mutex mutex;
  std::vector<std::string> leaks;
  const auto note = [&](const std::string& leak) {
    const std::lock_guard lock(mutex);
    if (!leak.empty()) leaks.push_back(leak);
  };
  // Clients come no faster than they are served: over its limit the server would answer 503, to the silent ones too.
  const auto served_in_time = [&] { return eventually([&] { return edge.server.counters().open < 1000; }); };
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {  // clients that say nothing, on descriptors that were just somebody else's
      while (!stop && served_in_time()) {
        std::vector<Client> silent;
        for (int i = 0; i < 8; ++i) silent.emplace_back(edge.port());
        for (Client& client : silent) note(heard_by(client));
        for (Client& client : silent) client.reset();
      }
    });
  }
  threads.emplace_back([&] {  // a client that knows which answers are its own
    for (std::uint64_t i = 0; !stop; ++i) {
      Client client(edge.port());
      const std::string mine = "mine-" + std::to_string(i);
      client.send(get("/later?" + mine, "X-Request-Id: " + mine + "\r\n"));
      const Answer answer = client.read_answer().value_or(Answer{});
      if (answer.header("x-request-id") != mine || answer.body != "GET /later?" + mine + " ")
        note(std::to_string(answer.status) + answer.body);
    }
  });
  const std::string aborted = get("/later?aborted");
  for (int i = 0; i < kAbortedRequests; ++i) {
    if (i % 32 == 0 && !served_in_time()) break;
    Client client(edge.port());
    if (!client.send(aborted)) break;
    client.reset();
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(leaks.empty()) << leaks.size() << " of them, such as " << leaks.front();
  EXPECT_EQ(edge.server.counters().over_capacity, 0U);
  EXPECT_GE(edge.service.handled(), static_cast<std::uint64_t>(kAbortedRequests) * 9 / 10)
      << "the requests were to be received";
  EXPECT_TRUE(eventually([&] { return edge.server.counters().open == 0; })) << "a descriptor leaks";
}

// Stock: the writer asks again and again, and the thread serves nobody else meanwhile.
TEST(PistacheFaults, P2_AClientThatDoesNotReadCostsNothing) {
  Edge edge({.io_threads = 1});
  Client greedy(edge.port(), 2048);
  for (int i = 0; i < 400; ++i) greedy.send(get("/big?20000"));
  const auto before = cpu_time();
  const auto until = Clock::now() + milliseconds(500);
  int asked = 0;
  for (; asked < 4 || Clock::now() < until; ++asked) {
    ASSERT_EQ(ask(edge.port(), get("/ok")).status, 200);
    std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_LT(cpu_time() - before, milliseconds(250));
}

// Stock: a wake-up is lost when an answer or a new connection is queued while the I/O thread empties the queue; the
// client then waits for ever.
TEST(PistacheFaults, P3_NoAnswerAndNoConnectionIsForgotten) {
  Edge edge({.io_threads = 2});
  std::atomic<int> unanswered = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        Client client(edge.port());
        client.send(get("/later") + get("/later"));
        unanswered += client.read_answer() && client.read_answer() ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(unanswered, 0);
}

// Stock: the I/O thread throws where an answer is written to a peer that has gone, and nobody catches.
TEST(PistacheFaults, P4_AnAnswerForAClientThatHasGoneIsDropped) {
  Edge edge;
  for (int i = 0; i < 200; ++i) {
    Client client(edge.port());
    ASSERT_TRUE(client.send(get("/held")));
    if (i % 2 == 0) client.reset();
  }
  std::size_t replied = 0;
  EXPECT_TRUE(eventually([&] {
    for (auto& [request, reply] : edge.service.take_held()) {
      reply({.body = std::string(100'000, 'x')});
      ++replied;
    }
    return replied >= 200;
  }));
  EXPECT_EQ(ask(edge.port(), get("/ok")).status, 200);
}

TEST(PistacheFaults, P5_NothingIsReadAfterARefusal) {
  const std::string smuggled = get("/ok");
  const std::string refused = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n";
  Edge edge;
  Client client(edge.port());
  client.send(refused + std::string(5000, 'b') + smuggled);
  EXPECT_EQ(client.read_answer().value_or(Answer{}).status, 413);
  EXPECT_TRUE(client.sees_close());
  EXPECT_EQ(edge.service.handled(), 0U);

  StockPistache stock;
  Client victim(stock.port());
  victim.send(refused + std::string(8000, 'b'));
  ASSERT_TRUE(victim.read_answer());
  EXPECT_FALSE(victim.sees_close(kStockPatience)) << "stock keeps the connection after its 413";
}

TEST(PistacheFaults, P6_ALengthThatIsNoNumberIsRefused) {
  const std::string body_as_request = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5abc\r\n\r\n12345";
  Edge edge;
  EXPECT_EQ(ask(edge.port(), body_as_request).status, 400);
  StockPistache stock;
  EXPECT_EQ(ask(stock.port(), body_as_request).status, 200) << "stock reads 5abc as 5";
  EXPECT_EQ(ask(edge.port(), "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 20000000000\r\n\r\n").status, 413)
      << "and reserves nothing";
}

TEST(PistacheFaults, P7_OnlyChunkedIsChunked) {
  const std::string almost = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: ch\r\n\r\n0\r\n\r\n";
  Edge edge;
  EXPECT_EQ(ask(edge.port(), almost).status, 501);
  StockPistache stock;
  EXPECT_EQ(ask(stock.port(), almost).status, 200) << "stock reads ch as chunked";
}

TEST(PistacheFaults, P8_TheHeadIsReadStrictly) {
  const std::string no_host = "GET /ok HTTP/1.1\r\nX: y\r\n\r\n";
  const std::string no_version = "GET /ok \r\nHost: a\r\n\r\n";
  Edge edge;
  EXPECT_EQ(ask(edge.port(), no_host).status, 400);
  EXPECT_EQ(ask(edge.port(), no_version).status, 400);
  EXPECT_EQ(ask(edge.port(), "GET /ok HTTP/1.1\r\nno colon\r\nHost: a\r\n\r\n").status, 400);
  EXPECT_EQ(ask(edge.port(), "GET /ok HTTP/1.1\nHost: a\n\n").status, 400) << "at once; stock waits for its time-out";
  StockPistache stock;
  EXPECT_EQ(ask(stock.port(), no_host).status, 200) << "stock needs no Host";
}

TEST(PistacheFaults, P9_AnOddHeaderIsNotAnInternalError) {
  Edge edge;
  StockPistache stock;
  for (const std::string header : {"Cookie: foo", "Cache-Control: No-Cache", "Date: junk"}) {
    EXPECT_EQ(ask(edge.port(), get("/ok", header + "\r\n")).status, 200) << header;
    EXPECT_EQ(ask(stock.port(), get("/ok", header + "\r\n")).status, 500) << header << ": stock shows its exception";
  }
}

// Stock: its router takes /admin for Xadmin and dies of many slashes; it is not used, and such targets do not get as
// far.
TEST(PistacheFaults, P10_ThePathIsWhatItSays) {
  Edge edge;
  for (const std::string& target :
       {std::string("Xadmin/users"), std::string("//admin///users/"), std::string(8000, '/')}) {
    EXPECT_EQ(ask(edge.port(), "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n").status, 400);
  }
  EXPECT_EQ(ask(edge.port(), get("/echo/%41")).header("x-path"), "/echo/%41");
}

TEST(PistacheFaults, P11_PipeliningAndKeepAliveDoWhatTheySay) {
  Edge edge;
  Client client(edge.port());
  client.send(get("/echo/1") + get("/echo/2"));
  EXPECT_EQ(client.read_answer().value_or(Answer{}).header("x-path"), "/echo/1");
  EXPECT_EQ(client.read_answer().value_or(Answer{}).header("x-path"), "/echo/2");
  client.send(get("/ok", "Connection: close\r\n"));
  EXPECT_EQ(client.read_answer().value_or(Answer{}).header("connection"), "close");
  EXPECT_TRUE(client.sees_close());

  StockPistache stock;
  Client victim(stock.port());
  victim.send(get("/1") + get("/2"));
  EXPECT_EQ(victim.read_answer().value_or(Answer{}).header("connection"), "Close");
  EXPECT_FALSE(victim.read_answer(kStockPatience)) << "stock loses the second request";
  EXPECT_TRUE(victim.is_quiet(milliseconds(0))) << "stock says Close and does not close";
}

// Stock: a partial second request has the idle limit of five minutes, and 408 hits requests that are being answered.
TEST(PistacheFaults, P12_ASecondRequestHasTheSameTimeAsTheFirst) {
  Edge edge({.slow_request = milliseconds(200)});
  edge.service.set_delay(milliseconds(500));
  Client client(edge.port());
  client.send(get("/later"));
  EXPECT_EQ(client.read_answer().value_or(Answer{}).status, 200);
  client.send("GET /ok HT");
  EXPECT_EQ(client.read_answer().value_or(Answer{}).status, 408);
}

std::size_t open_descriptors() {
  namespace fs = std::filesystem;
  return static_cast<std::size_t>(std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

// Stock: 1.98 s of processor time in 2 s once descriptors run out.
TEST(PistacheFaults, P13_RunningOutOfDescriptorsDoesNotSpin) {
  Edge edge({.max_connections = 10'000});  // more than there will be descriptors
  rlimit normal{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &normal), 0);
  rlimit scarce = normal;
  scarce.rlim_cur = open_descriptors() + 40;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &scarce), 0);
  std::vector<Client> clients;  // each takes one descriptor here and one in the server, until neither has any
  for (int i = 0; i < 60; ++i) clients.emplace_back(edge.port());
  const auto before = cpu_time();
  std::this_thread::sleep_for(milliseconds(600));
  const auto used = cpu_time() - before;
  clients.clear();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &normal), 0);
  EXPECT_LT(used, milliseconds(200));
  EXPECT_TRUE(eventually([&] { return ask(edge.port(), get("/ok")).status == 200; })) << "recovers";
}

// The default leaves half of the descriptors to the journal.
TEST(PistacheFaults, P13_ConnectionsStayBelowTheDescriptorLimit) {
  rlimit normal{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &normal), 0);
  rlimit scarce = normal;
  scarce.rlim_cur = 128;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &scarce), 0);
  Edge edge;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &normal), 0);
  std::vector<Client> clients;
  for (int i = 0; i < 100; ++i) {
    clients.emplace_back(edge.port());
    clients.back().send(get("/ok"));
  }
  int served = 0;
  for (Client& client : clients) served += client.read_answer().value_or(Answer{}).status == 200 ? 1 : 0;
  EXPECT_EQ(served, 64);
}

// Stock: a silent TLS client stops all accepting. There is no TLS here, and a ClientHello is a bad request.
TEST(PistacheFaults, P14_SilentAndTlsClientsDoNotStopOthers) {
  Edge edge;
  Client silent(edge.port());
  EXPECT_EQ(ask(edge.port(), std::string("\x16\x03\x01\x02\x00\x01\x00", 7)).status, 400);
  EXPECT_EQ(ask(edge.port(), get("/ok")).status, 200);
}

TEST(PistacheFaults, P15_AHeadMayBeAsLargeAsItNeedsToBe) {
  const std::string large = get(
      "/ok", "Authorization: Bearer " + std::string(3000, 'j') + "\r\nCookie: a=" + std::string(3000, 'c') + "\r\n");
  Edge edge;
  EXPECT_EQ(ask(edge.port(), large).status, 200);
  StockPistache stock;
  EXPECT_EQ(ask(stock.port(), large).status, 413) << "stock has 4096 bytes for everything";
}

// Stock: a connection's thread follows from its descriptor, and one handler that blocks holds up all of its
// connections.
TEST(PistacheFaults, P16_ARequestThatTakesLongHoldsNobodyUp) {
  Edge edge({.io_threads = 1});
  Client slow(edge.port());
  slow.send(get("/held"));
  ASSERT_TRUE(eventually([&] { return edge.service.handled() == 1; }));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(ask(edge.port(), get("/ok")).status, 200);
  edge.service.take_held().front().second({});
  EXPECT_EQ(slow.read_answer().value_or(Answer{}).status, 200);
}

// Stock: shutdown() stops the I/O threads with answers still queued.
TEST(PistacheFaults, P17_DrainSendsWhatIsStillToBeSent) {
  Edge edge;
  edge.service.set_delay(milliseconds(100));
  std::vector<Client> clients;
  for (int i = 0; i < 50; ++i) {
    clients.emplace_back(edge.port());
    clients.back().send(get("/later"));
  }
  ASSERT_TRUE(eventually([&] { return edge.service.handled() == 50; }));
  std::thread drain([&] { EXPECT_TRUE(edge.server.drain(kPatience)); });
  for (Client& client : clients) {
    EXPECT_EQ(client.read_answer().value_or(Answer{}).status, 200);
    EXPECT_TRUE(client.sees_close());
  }
  drain.join();
}

// Stock: the peer's address is the proxy's, and printing it asks the name server.
TEST(PistacheFaults, P18_TheClientIsWhomTheTrustedProxyNames) {
  Edge edge({.trusted_proxies = {"127.0.0.1"}});
  EXPECT_EQ(ask(edge.port(), get("/ok", "X-Forwarded-For: 192.0.2.7\r\n")).header("x-client"), "192.0.2.7");
}

// Stock: headers and cookies are written as they are.
TEST(PistacheFaults, P19_NoHeaderCanSmuggleAnother) {
  Edge edge;
  const Answer answer = ask(edge.port(), get("/bad-header"));
  EXPECT_EQ(answer.status, 500);
  EXPECT_FALSE(answer.headers.contains("set-cookie"));
}

TEST(PistacheFaults, P20_ExpectIsAnswered) {
  const std::string head = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
  Edge edge;
  Client client(edge.port());
  client.send(head);
  EXPECT_EQ(client.read_answer().value_or(Answer{}).status, 100);
  client.send("12345");
  EXPECT_EQ(client.read_answer().value_or(Answer{}).body, "POST /echo? 12345");

  StockPistache stock;
  Client victim(stock.port());
  victim.send(head);
  EXPECT_FALSE(victim.read_answer(kStockPatience)) << "stock does not say 100";
}

}  // namespace
}  // namespace ledgate::edge_test
