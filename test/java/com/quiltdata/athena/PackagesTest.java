package com.quiltdata.athena;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.library.Architectures;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which package of the app may import which: only downwards. */
class PackagesTest {
    private static final String ROOT = "com.quiltdata.athena";

    /** The app's own classes: the handler and the tests have the same first words. */
    private static final JavaClasses APP = new ClassFileImporter()
            .importLocations(Set.of(Location.of(
                    QuiltAthenaApp.class.getProtectionDomain().getCodeSource().getLocation())));

    /** From a package to those that may import it. */
    private static final Map<String, List<String>> IMPORTED_BY = Map.of(
            "limits", List.of("app"),
            "monitoring", List.of("app"),
            "catalog", List.of("app", "limits"),
            "snapshot", List.of("app", "limits", "catalog"),
            "access", List.of("app", "snapshot"),
            "query", List.of("app", "catalog", "snapshot", "access"),
            "view", List.of("app", "limits", "catalog", "snapshot", "access", "query"),
            "configuration", List.of("app", "limits", "monitoring", "catalog", "snapshot", "access", "query"),
            "schema", List.of("limits", "catalog", "snapshot", "access", "query", "configuration"));

    @Test
    void eachPackageIsImportedOnlyByThoseAbove() {
        Architectures.LayeredArchitecture layers = Architectures.layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("app")
                .definedBy(ROOT)
                .whereLayer("app")
                .mayNotBeAccessedByAnyLayer();
        for (String name : IMPORTED_BY.keySet()) {
            layers = layers.layer(name).definedBy(ROOT + "." + name);
        }
        for (Map.Entry<String, List<String>> each : IMPORTED_BY.entrySet()) {
            layers = layers.whereLayer(each.getKey())
                    .mayOnlyBeAccessedByLayers(each.getValue().toArray(String[]::new));
        }
        layers.check(APP);
    }

    @Test
    void noPackagesImportEachOther() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(APP);
    }

    @Test
    void theConfigurationAndTheSchemaKnowNothingOfTheCdk() {
        noClasses()
                .that(resideInAPackage(ROOT + ".configuration").or(resideInAPackage(ROOT + ".schema")))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("software..")
                .check(APP);
    }
}
