package io.waystation;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** A room uses only the rooms above it; see docs/architecture.md. */
class RoomsTest {
    /** From the top of the house to the bottom. */
    private static final List<String> ROOMS = List.of(
            "event", "settings", "key", "store", "channel", "http", "journal", "ingest", "relay", "work", "github", "update", "delivery", "console", "cli");

    /** They meet each other, and the log, in routes only. */
    private static final List<String> FEATURES = List.of("update", "delivery", "sync", "chart");

    /** What a feature may not use although it stands above it. */
    private static final List<String> CLOSED_TO_FEATURES = List.of("channel", "journal", "ingest", "relay");

    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.waystation");

    @TestFactory
    List<DynamicTest> usesOnlyTheRoomsAboveIt() {
        List<DynamicTest> tests = new ArrayList<>();
        for (int i = 0; i < ROOMS.size() - 1; i++) {
            String room = packageOf(ROOMS.get(i));
            String[] below = ROOMS.subList(i + 1, ROOMS.size()).stream().map(RoomsTest::packageOf).toArray(String[]::new);
            tests.add(DynamicTest.dynamicTest(ROOMS.get(i), () -> noClasses()
                    .that().resideInAPackage(room)
                    .should().dependOnClassesThat().resideInAnyPackage(below)
                    .check(classes)));
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> meetsTheLogAndOtherFeaturesOnlyInRoutes() {
        return FEATURES.stream().map(feature -> DynamicTest.dynamicTest(feature, () -> noClasses()
                .that().resideInAPackage(packageOf(feature))
                .should().dependOnClassesThat().resideInAnyPackage(closedTo(feature))
                .allowEmptyShould(true) // not all are built
                .check(classes))).toList();
    }

    private static String[] closedTo(String feature) {
        return Stream.concat(CLOSED_TO_FEATURES.stream(), FEATURES.stream().filter(other -> !other.equals(feature)))
                .map(RoomsTest::packageOf).toArray(String[]::new);
    }

    private static String packageOf(String room) {
        return "io.waystation." + room + "..";
    }
}
