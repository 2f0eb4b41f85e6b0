package io.margay.shell.internal;

import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.DeleteGroupsRequest;
import io.margay.protocol.message.DeleteGroupsResponse;
import io.margay.protocol.message.ListGroupsResponse;
import java.util.Comparator;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands of scope group. */
@Command(name = "group")
final class GroupCommands {
  static final String SCOPE = "group";
  private final Requests requests;
  private final Groups groups;
  private final CommandFunction.Io io;

  GroupCommands(Requests requests, CommandFunction.Io io) {
    this.requests = requests;
    this.groups = new Groups(requests);
    this.io = io;
  }

  @Needs(Role.VIEW)
  @Command(name = "list", description = "List the groups.")
  void list(@Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    Table table = new Table("group", "type", "state", "protocol");
    Groups.Listing listing = groups.list();
    listing.groups().stream().sorted(Comparator.comparing(ListGroupsResponse.ListedGroup::groupId))
        .forEach(g -> table.row(g.groupId(), g.groupType(), g.groupState(), g.protocolType()));
    Page.print(io.out(), json, table);
    if (!listing.unanswered().isEmpty()) {
      io.out().flush();
      throw new ShellException("the list is not complete" + listing.missing());
    }
  }

  @Needs(Role.VIEW)
  @Command(name = "describe", description = "Show a group: its members, what they are assigned, and how far behind they are.")
  void describe(@Parameters(paramLabel = "GROUP", description = "Which.") String group,
      @Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    Groups.Description d = groups.describe(group);
    Page page = new Page(io.out(), json).fact("group", group).fact("type", d.type()).fact("state", d.state())
        .fact("assignor", d.assignor()).fact("epoch", d.epoch());
    if (d.assignmentEpoch() != null) {
      page.fact("assignmentEpoch", d.assignmentEpoch());
    }
    page.table("members", switch (d.type()) {
      case "consumer" -> consumers(d);
      case "streams" -> StreamsGroups.members(new StreamsGroups(requests).describe(group));
      default -> members(d);
    });
    page.table("offsets", d.type().equals("share") ? groups.shareOffsets(group) : groups.lag(group, Groups.owners(d)));
    page.print();
  }

  private static Table members(Groups.Description d) {
    Table table = new Table("member", "instance", "client", "host", "assignment");
    d.members().forEach(m -> table.row(m.id(), m.instanceId(), m.clientId(), m.host(), names(m.assignment())));
    return table;
  }

  private static Table consumers(Groups.Description d) {
    Table table = new Table("member", "instance", "client", "host", "protocol", "memberEpoch", "topics", "regex", "assignment",
        "targetAssignment");
    d.members().forEach(m -> table.row(m.id(), m.instanceId(), m.clientId(), m.host(), m.more().protocol(), m.more().epoch(),
        m.more().topics(), m.more().regex(), names(m.assignment()), names(m.more().target())));
    return table;
  }

  private static List<String> names(List<TopicPartition> partitions) {
    return partitions.stream().map(Object::toString).toList();
  }

  @Needs(Role.OPERATE)
  @Command(name = "delete", description = "Delete groups without members, and what they have committed.")
  void delete(@Parameters(arity = "1..*", paramLabel = "GROUP", description = "Which.") List<String> names)
      throws InterruptedException {
    for (String name : names) {
      groups.require(name);
    }
    ShellException failure = null;
    for (String name : names) {
      DeleteGroupsRequest request = new DeleteGroupsRequest().setGroupsNames(List.of(name));
      var result = new Coordinators(requests).call(name,
          broker -> requests.send(broker, DeleteGroupsRequest.API, request, new DeleteGroupsResponse()).results().get(0),
          DeleteGroupsResponse.DeletableGroupResult::errorCode);
      if (result.errorCode() == Errors.NONE.code()) {
        io.out().println("deleted group " + name);
      } else {
        failure = new ShellException("cannot delete group " + name + ": " + Requests.text(result.errorCode(), null));
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
