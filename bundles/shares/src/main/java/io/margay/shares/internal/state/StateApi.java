package io.margay.shares.internal.state;

import io.margay.coordinator.CoordinatorRecord;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * One of the requests about states of share partitions: how it is taken apart by partition and put together again, and what it does to one
 * partition. Each names partitions of one group, and has an answer for each.
 *
 * @param <Q> the request
 * @param <A> the response
 * @param <P> what the request says of a partition
 * @param <R> what the response says of a partition
 */
public interface StateApi<Q extends Message, A extends Message, P, R> {
  /**
   * A part of a request or response.
   *
   * @param topicId id of the topic
   * @param partition its partition
   * @param data what is said of it
   * @param <D> what that is
   */
  record Item<D>(UUID topicId, int partition, D data) { }

  /**
   * What is done to one partition.
   *
   * @param records to be written
   * @param result the answer
   */
  record Done<R>(List<CoordinatorRecord> records, R result) { }

  /** @return the API */
  Api api();

  /** @return a response to be filled */
  A newResponse();

  /** @return an empty request */
  Q newRequest();

  /** @return the group of a request */
  String groupId(Q request);

  /** @return what a request asks */
  List<Item<P>> items(Q request);

  /** @return a request */
  Q request(String groupId, List<Item<P>> items);

  /** @return what a response says */
  List<Item<R>> results(A response);

  /** @return a response */
  A response(List<Item<R>> results);

  /** @return the answer for a partition that could not be served; the message may be null */
  R failed(int partition, Errors error, String message);

  /** @return the same error for all */
  default List<Item<R>> failed(List<Item<P>> items, Errors error) {
    List<Item<R>> answers = new ArrayList<>(items.size());
    items.forEach(i -> answers.add(new Item<>(i.topicId(), i.partition(), failed(i.partition(), error, null))));
    return answers;
  }

  /**
   * Serves one partition, with the shard held.
   *
   * @throws io.margay.coordinator.CoordinatorException instead of a result
   */
  Done<R> apply(StateShard shard, StateKey key, P data, long nowMs);
}
