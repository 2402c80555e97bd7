package io.waystation.journal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import io.waystation.event.Event;
import io.waystation.event.EventBatch;
import io.waystation.event.PositionedEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the {@code accept} of a group about each event and makes records of those it takes.
 *
 * <p>An event about which it cannot be asked, because the test throws, fails by itself like one whose route throws:
 * it becomes a dead letter, and neither the group nor the events behind it stop. For the thread that reads.
 */
final class Acceptance {
    private static final Logger LOG = LoggerFactory.getLogger(Acceptance.class);

    private final GroupOptions options;
    private final Predicate<Event> test;

    Acceptance(GroupOptions options) {
        this.options = options;
        this.test = options.accept() == null ? event -> true : options.accept();
    }

    /** Records of what the group takes of the events of a read, in the order of the log. */
    List<GroupRecord> recordsOf(EventBatch read) {
        Map<Long, GroupRecord.Failure> failures = new HashMap<>();
        EventBatch taken = read.only(event -> isTaken(event, failures));
        return options.batch() ? together(taken, failures) : singly(taken, failures);
    }

    /** Asks about a dead letter too before it is tried again: it may never have been asked about, or not be wanted any more. */
    void ask(GroupRecord letter) {
        Map<Long, GroupRecord.Failure> failures = new HashMap<>();
        if (!isTaken(letter.event(), failures)) {
            LOG.info("Group {} does not accept the event at offset {}: its dead letter ends without another try", options.name(),
                    letter.offset());
            letter.succeed();
        }
        failures.values().forEach(letter::fail);
    }

    private boolean isTaken(PositionedEvent event, Map<Long, GroupRecord.Failure> failures) {
        long offset = event.position().offset();
        try {
            return test.test(event.event());
        } catch (Throwable e) { // also an error is the failure of this event only
            LOG.warn("Group {} could not ask whether it accepts the event at offset {}, which becomes its dead letter",
                    options.name(), offset, e);
            failures.put(offset, new GroupRecord.Failure(e, null, 1));
            return true;
        } finally {
            Thread.interrupted(); // a bean that leaves this flag up must not end the reading
        }
    }

    private static List<GroupRecord> singly(EventBatch taken, Map<Long, GroupRecord.Failure> failures) {
        List<GroupRecord> records = taken.events().stream().map(GroupRecord::of).toList();
        records.stream().filter(record -> failures.containsKey(record.offset()))
                .forEach(record -> record.fail(failures.get(record.offset())));
        return records;
    }

    /** One batch, or where some fail, those between them as batches: a record stands for all offsets up to its own. */
    private static List<GroupRecord> together(EventBatch taken, Map<Long, GroupRecord.Failure> failures) {
        List<GroupRecord> records = new ArrayList<>(1);
        List<PositionedEvent> gathered = new ArrayList<>();
        long after = taken.after();
        for (PositionedEvent event : taken.events()) {
            long offset = event.position().offset();
            GroupRecord.Failure failure = failures.get(offset);
            if (failure == null) {
                gathered.add(event);
                continue;
            }
            addBatch(records, new EventBatch(after, offset - 1, List.copyOf(gathered), 0));
            gathered.clear();
            GroupRecord failed = GroupRecord.alone(event);
            failed.fail(failure);
            records.add(failed);
            after = offset;
        }
        addBatch(records, new EventBatch(after, taken.last(), List.copyOf(gathered), taken.lost()));
        return records;
    }

    private static void addBatch(List<GroupRecord> records, EventBatch batch) {
        if (!batch.events().isEmpty()) {
            records.add(GroupRecord.of(batch));
        }
    }
}
