#include "cli/interrupt.h"

#include <unistd.h>

#include <csignal>

namespace cadenza {

namespace {

// A handler takes no argument of ours, so the flag it sets has to be global.
StopFlag* watched_stop = nullptr;
StopFlag* watched_drain = nullptr;

void on_signal(int number) {
  if (watched_stop->is_requested()) ::_exit(128 + number);
  watched_stop->request(number);
}

}  // namespace

void watch_signals(StopFlag& stop) {
  watched_stop = &stop;
  struct sigaction action = {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  // No SA_RESTART: a prompt being read from a terminal must end, too.
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction inherited = {};
    sigaction(number, nullptr, &inherited);
    // nohup and background jobs of scripts ask us to ignore a signal: so we do.
    if (inherited.sa_handler != SIG_IGN) sigaction(number, &action, nullptr);
  }
  for (const int number : {SIGPIPE, SIGXFSZ}) std::signal(number, SIG_IGN);
}

void watch_drain(StopFlag& drain) {
  watched_drain = &drain;
  struct sigaction action = {};
  action.sa_handler = [](int number) { watched_drain->request(number); };
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;  // nothing that runs is to be disturbed
  sigaction(SIGUSR1, &action, nullptr);
}

void die_by_signal(const StopFlag& stop) {
  if (!stop.is_requested()) return;
  const int number = stop.signal_number() == SIGINT ? SIGINT : SIGTERM;
  std::signal(number, SIG_DFL);
  std::raise(number);
}

}  // namespace cadenza
