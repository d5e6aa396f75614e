"""The checks pass on a sound export, checkpoint and log, and fail on broken ones.

    python -m unittest test_checks
"""

import contextlib
import io
import json
import os
import pathlib
import shutil
import sys
import tempfile
import unittest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

import check_checkpoint  # noqa: E402
import check_events  # noqa: E402
import check_export  # noqa: E402
import check_kills  # noqa: E402
import check_run  # noqa: E402
import checks  # noqa: E402
import warmup  # noqa: E402

v1 = tf.compat.v1
SIDE, GRID, WIDTH = 8, 2, 6


def decode(file):
    """One file to a float image [S, S, 3]."""
    image = tf.io.decode_jpeg(file, channels=3)
    return tf.image.resize(image, [SIDE, SIDE]) / 127.5 - 1.0


def outputs(images, kernel):
    """A linear patch embedding with the export's four outputs."""
    features = tf.nn.conv2d(images, kernel, SIDE // GRID, "VALID")
    patches = tf.reshape(features, [-1, GRID * GRID, WIDTH])
    cls = tf.reduce_max(patches, axis=1)
    tokens = tf.concat([cls[:, None], patches], axis=1)
    return {"tokens": tokens, "feature_map": features, "cls": cls, "pooled": tf.reduce_mean(patches, axis=1)}


def signature(inputs, results):
    info = v1.saved_model.build_tensor_info
    return v1.saved_model.build_signature_def(
        {n: info(t) for n, t in inputs.items()}, {n: info(t) for n, t in results.items()}, check_export.PREDICT)


def write_export(path, prefix="student/", unused=False):
    """A graph with variable collections, as fdistill writes it."""
    with tf.Graph().as_default(), v1.Session() as session:
        value = np.random.default_rng(0).normal(size=(4, 4, 3, WIDTH)).astype(np.float32)
        kernel = v1.get_variable(prefix + "kernel", initializer=value, use_resource=True)
        if unused:
            v1.get_variable("student/unused", initializer=value, use_resource=True)
        images = v1.placeholder(tf.float32, [None, SIDE, SIDE, 3])
        files = v1.placeholder(tf.string, [None])
        decoded = tf.ensure_shape(tf.map_fn(decode, files, tf.float32), [None, SIDE, SIDE, 3])
        session.run(v1.global_variables_initializer())
        builder = v1.saved_model.Builder(str(path))
        builder.add_meta_graph_and_variables(session, ["serve"], {
            "serving_default": signature({"images": images}, outputs(images, kernel)),
            "image_bytes": signature({"image_bytes": files}, outputs(decoded, kernel))})
        builder.save()
    write_warmup(path, "images")


def write_warmup(path, name):
    log = warmup.PredictionLog()
    request = log.predict_log.request
    request.model_spec.signature_name = "serving_default"
    entry = request.inputs.add(key=name)
    entry.value.CopyFrom(tf.make_tensor_proto(np.zeros([1, SIDE, SIDE, 3], np.float32)))
    extra = pathlib.Path(path, "assets.extra")
    extra.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(extra / "tf_serving_warmup_requests")) as writer:
        writer.write(log.SerializeToString())


class Quiet(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        silence = contextlib.redirect_stdout(io.StringIO())
        silence.__enter__()
        self.addCleanup(silence.__exit__, None, None, None)


class ExportTest(Quiet):
    def export(self, **options):
        write_export(self.folder / "1", **options)
        return check_export.Export(self.folder / "1")

    def test_a_sound_export_passes(self):
        export = self.export()
        for check in (check_export.command_line, check_export.any_batch_size, check_export.outputs_agree,
                      check_export.jpeg_bytes, check_export.trainable, check_export.student_only,
                      check_export.warmup_requests):
            with self.subTest(check.__name__):
                check(export)

    def test_a_variable_without_gradient_is_named(self):
        with self.assertRaisesRegex(checks.CheckFailed, "student/unused"):
            check_export.trainable(self.export(unused=True))

    def test_a_variable_beside_the_student_is_named(self):
        with self.assertRaisesRegex(checks.CheckFailed, "teacher/kernel"):
            check_export.student_only(self.export(prefix="teacher/"))

    def test_a_warm_up_request_with_a_wrong_input_fails(self):
        export = self.export()
        write_warmup(self.folder / "1", "wrong")
        with self.assertRaises(Exception):
            check_export.warmup_requests(export)

    def test_a_damaged_warm_up_file_fails(self):
        export = self.export()
        file = self.folder / "1" / "assets.extra" / "tf_serving_warmup_requests"
        file.write_bytes(file.read_bytes()[:-1])
        with self.assertRaises(tf.errors.DataLossError):
            check_export.warmup_requests(export)

    def test_other_outputs_than_expected_fail(self):
        export = self.export()
        images = export.images(2).numpy()
        tokens = export.call(tf.constant(images))["tokens"].numpy()
        np.savez(self.folder / "same.npz", images=images, tokens=tokens)
        check_export.expected(export, self.folder / "same.npz")
        np.savez(self.folder / "other.npz", images=images, tokens=tokens + 0.01)
        with self.assertRaises(AssertionError):
            check_export.expected(export, self.folder / "other.npz")


class CheckpointTest(Quiet):
    def write(self, value):
        tf.raw_ops.SaveV2(prefix=str(self.folder / "variables"), tensor_names=["student/a", "step"],
                          shape_and_slices=["", ""], tensors=[tf.constant(value), tf.constant(3, tf.int64)])

    def test_finite_variables_pass(self):
        self.write([1.0, 2.0])
        check_checkpoint.finite_variables(self.folder)

    def test_a_value_that_is_not_finite_is_named(self):
        self.write([1.0, float("nan")])
        with self.assertRaisesRegex(checks.CheckFailed, "student/a"):
            check_checkpoint.finite_variables(self.folder)

    def test_a_folder_without_a_checkpoint_fails(self):
        with self.assertRaisesRegex(checks.CheckFailed, "0 bundles"):
            check_checkpoint.finite_variables(self.folder)


class EventsTest(Quiet):
    def test_both_encodings_of_scalars_are_read(self):
        with tf.summary.create_file_writer(str(self.folder)).as_default():
            tf.summary.scalar("train/loss", 0.5, step=1)
            tf.summary.scalar("train/loss", 0.4, step=2)
        with tf.Graph().as_default(), v1.summary.FileWriter(str(self.folder), filename_suffix=".v1") as writer:
            writer.add_summary(v1.Summary(value=[v1.Summary.Value(tag="learning_rate", simple_value=1e-3)]), 1)
        found = check_events.scalars(self.folder)
        self.assertEqual([step for step, _ in found["train/loss"]], [1, 2])
        for tag in ("loss", "learning_rate"):
            check_events.rising_and_finite(found, tag)

    def test_a_missing_tag_and_falling_steps_fail(self):
        for found in ({"other": [(1, 0.0)]}, {"loss": [(2, 0.0), (2, 0.0)]}, {"loss": [(1, float("nan"))]}):
            with self.assertRaises(checks.CheckFailed):
                check_events.rising_and_finite(found, "loss")


class RunTest(Quiet):
    SOUND = {"teacher_knn_top1": 0.9, "untrained_knn_top1": 0.2, "student_knn_top1": 0.85, "validation_loss": 0.1,
             "predict_zero_loss": 0.24, "seconds": 100, "student_finetune_top1": 0.9, "scratch_finetune_top1": 0.1,
             "student_probe_top1": 0.87, "teacher_probe_top1": 0.9, "student_miou": 0.3, "scratch_miou": 0.1}

    def summary(self, **changes):
        (self.folder / "summary.json").write_text(json.dumps(self.SOUND | changes))
        check_run.summary(self.folder)
        check_run.downstream(self.folder)

    def test_a_good_summary_passes(self):
        self.summary()

    def test_a_student_near_the_untrained_one_fails(self):
        for changes in ({"student_knn_top1": 0.4}, {"student_knn_top1": 0.79}, {"validation_loss": 0.25}, {"untrained_knn_top1": 0.95},
                        {"teacher_knn_top1": 90}):
            with self.assertRaises(checks.CheckFailed):
                self.summary(**changes)

    def test_a_student_that_is_of_no_use_fails(self):
        for changes in ({"student_finetune_top1": 0.2}, {"student_probe_top1": 0.7}, {"student_miou": 0.12}):
            with self.assertRaises(checks.CheckFailed):
                self.summary(**changes)

    def test_missing_files_are_named(self):
        with self.assertRaisesRegex(checks.CheckFailed, "metrics.jsonl"):
            check_run.complete(self.folder)

    def test_metrics_need_a_step_with_a_loss(self):
        file = self.folder / "metrics.jsonl"
        file.write_text('{"step": 1, "loss": 0.5}\n{"step": 2, "loss": 0.4}\n')
        check_run.metrics(self.folder)
        for text in ('{"step": 1}\n', '{"step": 1, "loss": NaN}\n'):
            file.write_text(text)
            with self.assertRaises(checks.CheckFailed):
                check_run.metrics(self.folder)


WRITER = """#!{python}
import os, pathlib, sys, time
out = pathlib.Path("out")
out.mkdir(exist_ok=True)
final = out / "all.bin"
place = {{"whole": out / ".partial", "plain": final, "leaves": out / f".partial-{{os.getpid()}}"}}[sys.argv[1]]
with open(place, "wb") as file:
    for _ in range(10):
        file.write(b"x" * 1000)
        file.flush()
        time.sleep(0.03)
os.replace(place, final)
"""


class KillsTest(unittest.TestCase):
    """Of a program that writes one file, slowly."""

    def killed(self, way):
        with tempfile.TemporaryDirectory() as folder:
            program = pathlib.Path(folder) / "program"
            program.write_text(WRITER.format(python=sys.executable))
            program.chmod(0o755)
            command = check_kills.Command("writer", 4, [way], "out", ["all.bin"])
            command.set_up(str(program), pathlib.Path(folder), 1)
            with contextlib.redirect_stdout(io.StringIO()):
                command.undisturbed()
                command.disturbed()

    def test_whole_files_pass(self):
        self.killed("whole")

    def test_a_file_that_grows_under_its_name_is_found(self):
        with self.assertRaisesRegex(checks.CheckFailed, "after a kill all.bin is not whole"):
            self.killed("plain")

    def test_what_is_left_over_is_found(self):
        with self.assertRaisesRegex(checks.CheckFailed, r"left \['.partial-"):
            self.killed("leaves")


if __name__ == "__main__":
    unittest.main()
