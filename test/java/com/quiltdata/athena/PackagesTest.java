package com.quiltdata.athena;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.library.Architectures;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which package of the app may import which: only downwards. */
class PackagesTest {
    private static final String ROOT = "com.quiltdata.athena";

    /** The app's own classes: the handler and the tests have the same first words. */
    private static final JavaClasses APP = new ClassFileImporter()
            .importLocations(Set.of(Location.of(
                    QuiltAthenaApp.class.getProtectionDomain().getCodeSource().getLocation())));

    @Test
    void eachPackageIsImportedOnlyByThoseAbove() {
        Architectures.layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("app")
                .definedBy(ROOT)
                .layer("limits")
                .definedBy(ROOT + ".limits")
                .layer("monitoring")
                .definedBy(ROOT + ".monitoring")
                .layer("catalog")
                .definedBy(ROOT + ".catalog")
                .layer("snapshot")
                .definedBy(ROOT + ".snapshot")
                .layer("access")
                .definedBy(ROOT + ".access")
                .layer("query")
                .definedBy(ROOT + ".query")
                .layer("view")
                .definedBy(ROOT + ".view")
                .layer("configuration")
                .definedBy(ROOT + ".configuration")
                .layer("schema")
                .definedBy(ROOT + ".schema")
                .whereLayer("app")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("limits")
                .mayOnlyBeAccessedByLayers("app")
                .whereLayer("monitoring")
                .mayOnlyBeAccessedByLayers("app")
                .whereLayer("catalog")
                .mayOnlyBeAccessedByLayers("app", "limits")
                .whereLayer("snapshot")
                .mayOnlyBeAccessedByLayers("app", "limits", "catalog")
                .whereLayer("access")
                .mayOnlyBeAccessedByLayers("app", "snapshot")
                .whereLayer("query")
                .mayOnlyBeAccessedByLayers("app", "catalog", "snapshot", "access")
                .whereLayer("view")
                .mayOnlyBeAccessedByLayers("app", "limits", "catalog", "snapshot", "access", "query")
                .whereLayer("configuration")
                .mayOnlyBeAccessedByLayers("app", "limits", "monitoring", "catalog", "snapshot", "access", "query")
                .whereLayer("schema")
                .mayOnlyBeAccessedByLayers("limits", "catalog", "snapshot", "access", "query", "configuration")
                .check(APP);
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
