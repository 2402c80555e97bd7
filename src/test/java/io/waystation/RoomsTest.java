package io.waystation;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import java.util.ArrayList;
import java.util.List;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** A room uses only the rooms above it; see docs/architecture.md. */
class RoomsTest {
    /** From the top of the house to the bottom. */
    private static final List<String> ROOMS = List.of(
            "event", "settings", "store", "channel", "http", "journal", "ingest", "relay", "work", "github", "update", "delivery", "console", "cli");

    @TestFactory
    List<DynamicTest> usesOnlyTheRoomsAboveIt() {
        JavaClasses classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.waystation");
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

    private static String packageOf(String room) {
        return "io.waystation." + room + "..";
    }
}
