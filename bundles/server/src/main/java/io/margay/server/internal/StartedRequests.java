package io.margay.server.internal;

import io.margay.model.LineLimit;
import java.util.ArrayDeque;

/**
 * The requests of a connection that were started, in order, until they and all before them are answered. On the connection's event loop.
 *
 * <p>Invariant: {@link #serial} is null, or the last of them, and not answered.
 */
final class StartedRequests {
  private static final int MAX_REQUESTS = 128;

  private final ArrayDeque<NetworkRequest> requests = new ArrayDeque<>(3);
  private NetworkRequest serial;

  boolean isEmpty() {
    return requests.isEmpty();
  }

  /** Whether another one may start. */
  boolean mayStart() {
    return serial == null && requests.size() < MAX_REQUESTS;
  }

  void start(NetworkRequest request) {
    requests.add(request);
    if (!request.pipelined) {
      serial = request;
    }
  }

  /** None may start while this one waits. */
  void hold(NetworkRequest request) {
    serial = request;
  }

  /** It waits no more. */
  void resume(NetworkRequest request) {
    if (request.pipelined && serial == request) {
      serial = null;
    }
  }

  /** Takes back the one that was started last. @return false when this is not the one */
  boolean takeBack(NetworkRequest request) {
    if (requests.peekLast() != request) {
      return false;
    }
    requests.removeLast();
    serial = null;
    return true;
  }

  /** It is answered: another one may start. */
  void ended(NetworkRequest request) {
    if (serial == request) {
      serial = null;
    }
  }

  /** Its answer is there, and may have to wait for those before it. */
  void answered(NetworkRequest request, Answers answers) {
    if (requests.peek() != request) {
      answers.held(request.parts);
      request.held = true;
    }
  }

  /** Writes the answer whose turn it is. @return its request, or null when it is not there yet */
  NetworkRequest write(Answers answers) {
    NetworkRequest head = requests.peek();
    if (head == null || head.parts == null) {
      return null;
    }
    requests.remove();
    if (head.held) {
      answers.notHeld(head.parts);
    }
    answers.write(head.parts);
    return head;
  }

  /** The connection is gone: nobody gets an answer. */
  void cancel(LineLimit lines) {
    for (NetworkRequest request; (request = requests.poll()) != null;) {
      if (request.parts != null) {
        Answers.release(request.parts);
      } else {
        request.cancel(lines);
      }
    }
  }
}
