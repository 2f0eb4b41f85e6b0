package io.margay.shell.internal;

import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.TopicPartition;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** Reads plans as they are typed: files, {@code -} for the input, and {@code TOPIC:P=1,2,3}. Checks that all of it exists. */
final class PlanReader {
  private final Requests requests;
  private final CommandFunction.Io io;

  PlanReader(Requests requests, CommandFunction.Io io) {
    this.requests = requests;
    this.io = io;
  }

  ReassignmentPlan read(List<String> texts) {
    ReassignmentPlan plan = new ReassignmentPlan();
    for (String text : texts) {
      int equals = text.indexOf('=');
      if (equals > 0 && text.lastIndexOf(':', equals) > 0) {
        plan.add(PartitionName.parse(requests, text.substring(0, equals)), brokers(text, text.substring(equals + 1)));
      } else if (text.equals("-")) {
        read(plan, io.in(), "the input");
      } else {
        io.requireFiles("FILE", "; - reads a plan from the input");
        readFile(plan, Path.of(text).toAbsolutePath());
      }
    }
    plan.replicas().forEach(this::check);
    return plan;
  }

  private static List<BrokerId> brokers(String text, String ids) {
    List<BrokerId> brokers = new ArrayList<>();
    for (String id : ids.split(",")) {
      try {
        brokers.add(new BrokerId(Integer.parseInt(id.strip())));
      } catch (IllegalArgumentException e) {
        throw new ShellException(text + " names no brokers; write TOPIC:P=1,2,3, the preferred leader first");
      }
    }
    return brokers;
  }

  private static void readFile(ReassignmentPlan plan, Path file) {
    try (InputStream content = Files.newInputStream(file)) {
      read(plan, content, file.toString());
    } catch (NoSuchFileException e) {
      throw new ShellException("this server has no file " + file + "; give a plan of another machine as input: "
          + "margay shell 'reassign:start -' < FILE");
    } catch (IOException e) {
      throw new ShellException("cannot read " + file + ": " + e.getMessage());
    }
  }

  private static void read(ReassignmentPlan plan, InputStream content, String name) {
    try {
      plan.read(content, name);
    } catch (IOException e) {
      throw new ShellException("cannot read " + name + ": " + e.getMessage());
    }
  }

  private void check(TopicPartition partition, List<BrokerId> replicas) {
    TopicImage topic = requests.topic(partition.topic());
    Requests.requirePartition(topic, partition.partition());
    if (replicas.isEmpty() || new HashSet<>(replicas).size() < replicas.size()) {
      throw new ShellException(PartitionName.of(partition) + " needs at least one replica, and each on another broker, not "
          + PartitionHealth.ids(replicas));
    }
    replicas.forEach(replica -> requests.broker(replica.value()));
  }
}
