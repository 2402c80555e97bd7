package io.waystation.update.lint;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Collects findings; each once. One thread. */
final class Report {
    private final Set<Finding> findings = new TreeSet<>();

    /** Findings of one file. */
    final class InFile {
        private final String file;

        private InFile(String file) {
            this.file = file;
        }

        void error(String rule, int line, String subject, String message, String fix) {
            findings.add(new Finding(rule, Finding.Severity.ERROR, file, line, subject, message, fix));
        }

        void warning(String rule, int line, String subject, String message, String fix) {
            findings.add(new Finding(rule, Finding.Severity.WARNING, file, line, subject, message, fix));
        }
    }

    InFile in(String file) {
        return new InFile(file);
    }

    List<Finding> findings() {
        return List.copyOf(findings);
    }
}
