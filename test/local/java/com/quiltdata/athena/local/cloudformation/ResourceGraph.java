package com.quiltdata.athena.local.cloudformation;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * The resources of a stack and what each of them needs. Like CloudFormation, it does at the same time whatever does not
 * wait for something else, and after a failure lets come to its end what is in progress, and begins nothing more.
 *
 * @param needs from each logical id to those that it refers to and depends on; others than the keys are passed over
 */
record ResourceGraph(Map<String, Set<String>> needs) {

    /**
     * Does something about each resource, after all that it needs; throws what the first step that failed has thrown.
     */
    void forward(Consumer<String> step) {
        run(needs, step);
    }

    /**
     * Does something about each resource, after all that need it; throws what the first step that failed has thrown.
     */
    void backward(Consumer<String> step) {
        Map<String, Set<String>> neededBy = new LinkedHashMap<>();
        needs.keySet().forEach(id -> neededBy.put(id, new LinkedHashSet<>()));
        needs.forEach((id, needed) -> needed.stream()
                .filter(neededBy::containsKey)
                .forEach(other -> neededBy.get(other).add(id)));
        run(neededBy, step);
    }

    private static void run(Map<String, Set<String>> waitsFor, Consumer<String> step) {
        AtomicReference<RuntimeException> failure = new AtomicReference<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Map<String, CompletableFuture<Void>> tasks = new HashMap<>();
            Consumer<String> guarded = guarded(step, failure);
            waitsFor.keySet().forEach(id -> plan(id, waitsFor, tasks, guarded, threads));
            CompletableFuture.allOf(tasks.values().toArray(CompletableFuture[]::new))
                    .join();
        } catch (CompletionException e) {
            throw failure.get();
        }
    }

    private static Consumer<String> guarded(Consumer<String> step, AtomicReference<RuntimeException> failure) {
        return id -> {
            if (failure.get() != null) {
                throw new CancellationException("Another resource failed");
            }
            try {
                step.accept(id);
            } catch (RuntimeException e) {
                failure.compareAndSet(null, e);
                throw e;
            }
        };
    }

    /** Plans a step after those that it waits for; the second call returns its task. */
    private static CompletableFuture<Void> plan(
            String id,
            Map<String, Set<String>> waitsFor,
            Map<String, CompletableFuture<Void>> tasks,
            Consumer<String> step,
            ExecutorService threads) {
        if (tasks.containsKey(id)) {
            CompletableFuture<Void> task = tasks.get(id);
            if (task == null) {
                throw new IllegalArgumentException("Resources depend on each other, among them " + id);
            }
            return task;
        }
        tasks.put(id, null);
        CompletableFuture<?>[] before = waitsFor.get(id).stream()
                .filter(waitsFor::containsKey)
                .map(other -> plan(other, waitsFor, tasks, step, threads))
                .toArray(CompletableFuture[]::new);
        CompletableFuture<Void> task = CompletableFuture.allOf(before).thenRunAsync(() -> step.accept(id), threads);
        tasks.put(id, task);
        return task;
    }
}
