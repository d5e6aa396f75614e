"""Goldens of ten whole training steps, validation and export at their end: feature distillation and classification.

What a run draws is read from fdistill's side: golden/steps/draws.npz holds the order of the examples, the
factors of drop path and the projector's first values (org.fdistill.cli.TenStepsDraws writes it). All else is
computed here: views, normalisation, networks, objective, accumulation, clipping, AdamW, schedule. Arrays are of
float64. bfloat16_error is that of PyTorch's autocast.
"""

import dataclasses
import json
import math

import numpy as np
import torch
import torch.nn.functional as F

import deterministic
import golden_files
import vit_torch
from make_goldens_vit import value_range

RUNS = json.loads((golden_files.ROOT / "steps" / "runs.json").read_text(encoding="utf-8"))
EXAMPLES, VALIDATION = 24, 10


class Run:
    """One run by the settings that fdistill is given."""

    def __init__(self, task):
        self.task, self.settings = task, RUNS["common"] | RUNS[task]
        vit = {f.name: self["model.vit." + f.name] for f in dataclasses.fields(vit_torch.Vit)
               if "model.vit." + f.name in self.settings}
        self.vit = vit_torch.Vit(**vit)
        self.steps = self["schedule.length.steps"]
        self.shown = (1, self.steps)
        self.batch = self["train_data.batch_size"]
        self.accumulation = self.settings.get("optimizer.accumulation", 1)

    def __getitem__(self, name):
        return self.settings[name]

    def statistics(self, of):
        return self[of + ".normalization.mean"], self[of + ".normalization.std"]


CLASSIFY, DISTILL = Run("classify"), Run("distill")
SIDE, CLASSES = CLASSIFY.vit.image_size, CLASSIFY["classify.classes"]
PROJECTOR = ("projector/kernel", "projector/bias")


def pixels(name, count):
    """uint8 images [count, S, S, 3]."""
    size = SIDE * SIDE * 3
    images = [deterministic.integers(f"{name}/{i}", size, 256) for i in range(count)]
    return np.stack(images).astype(np.uint8).reshape(count, SIDE, SIDE, 3)


def labels(count):
    """Examples stand class by class, as many of each."""
    return np.arange(count) * CLASSES // count


def ranges(shapes):
    described = {}
    for name, shape in shapes.items():
        centre, half = (float(np.float32(x)) for x in value_range(name, shape))
        described[name] = {"shape": shape, "centre": centre, "half_width": half}
    return described


def network_shapes(vit):
    return {"student/" + name: shape for name, shape in vit_torch.parameter_shapes(vit).items()}


def classifier_shapes(run):
    return network_shapes(run.vit) | {"head/kernel": (run.vit.width, CLASSES), "head/bias": (CLASSES,)}


def values(described):
    return {n: deterministic.uniform(n, d["shape"], d["centre"], d["half_width"]) for n, d in described.items()}


def network(parameters):
    """The parameters of the network itself, without its scope."""
    return {n.removeprefix("student/"): p for n, p in parameters.items() if n.startswith("student/")}


def normalized(images, statistics, dtype):
    mean, std = (torch.tensor(s, dtype=dtype) for s in statistics)
    return (torch.tensor(images, dtype=dtype) / 255 - mean) / std


def learning_rate(run, step):
    """The reference's: set after each step from its number, so that a step trains with the rate one earlier."""
    scale_by, warmup = run["schedule.scale_by_batch"], run["schedule.warmup.steps"]
    scale = run.batch / scale_by if scale_by else 1
    start, peak, low = (scale * run[f"schedule.{kind}learning_rate"] for kind in ("warmup_", "", "min_"))
    at = max(0, step - 1)
    if at < warmup:
        return start + at * (peak - start) / warmup
    share = (at - warmup) / (run.steps - warmup)
    return low + 0.5 * (peak - low) * (1 + math.cos(math.pi * share))


def decays(name, parameter):
    """Not class token and positions, not vectors."""
    return parameter.ndim > 1 and name.rsplit("/", 1)[-1] not in ("cls_token", "pos_embed")


class Distillation:
    """Student and projector, beside the frozen teacher: the classifier's network with its first values."""

    def __init__(self, run, draws, dtype):
        self.run, self.dtype = run, dtype
        first = values(ranges(classifier_shapes(CLASSIFY)))
        self.teacher = {n: torch.tensor(v, dtype=dtype) for n, v in network(first).items()}
        self.first = values(ranges(network_shapes(run.vit))) | {n: draws["distill/" + n] for n in PROJECTOR}

    def targets(self, images):
        with torch.no_grad(), torch.autocast("cpu", enabled=False):
            tokens = vit_torch.forward(CLASSIFY.vit, self.teacher, normalized(images, self.run.statistics("distill.teacher"), self.dtype))
            return F.layer_norm(tokens, tokens.shape[-1:], eps=1e-5)

    def prediction(self, parameters, images, drop_path):
        x = normalized(images, self.run.statistics("train_data"), self.dtype)
        tokens = vit_torch.forward(self.run.vit, network(parameters), x, drop_path=drop_path)
        return F.linear(tokens, parameters[PROJECTOR[0]].T, parameters[PROJECTOR[1]]).to(self.dtype)

    def training(self, parameters, images, _, drop_path):
        prediction, targets = self.prediction(parameters, images, drop_path), self.targets(images)
        self.beyond = float(((prediction - targets).abs() >= self.run["distill.beta"]).double().mean())
        return {"loss": F.smooth_l1_loss(prediction, targets, beta=self.run["distill.beta"])}

    def validation(self, parameters, images, _):
        prediction, targets = self.prediction(parameters, images, {}), self.targets(images)
        return {"loss": F.smooth_l1_loss(prediction, targets, beta=self.run["distill.beta"]),
                "predict_zero_loss": F.smooth_l1_loss(torch.zeros_like(targets), targets, beta=self.run["distill.beta"])}


class Classification:
    """A head on the mean of the patch tokens."""

    def __init__(self, run, draws, dtype):
        self.run, self.dtype = run, dtype
        self.first = values(ranges(classifier_shapes(run)))

    def logits(self, parameters, images, drop_path):
        x = normalized(images, self.run.statistics("train_data"), self.dtype)
        tokens = vit_torch.forward(self.run.vit, network(parameters), x, drop_path=drop_path)
        mean = tokens[:, self.run.vit.prefix:].mean(dim=1)
        return F.linear(mean, parameters["head/kernel"].T, parameters["head/bias"]).to(self.dtype)

    def training(self, parameters, images, targets, drop_path):
        logits = self.logits(parameters, images, drop_path)
        loss = F.cross_entropy(logits, torch.tensor(targets), label_smoothing=self.run["classify.label_smoothing"])
        return {"loss": loss, "top1": top1(logits, targets)}

    def validation(self, parameters, images, targets):
        logits = self.logits(parameters, images, {})
        return {"loss": F.cross_entropy(logits, torch.tensor(targets)), "top1": top1(logits, targets)}


def top1(logits, targets):
    best = torch.topk(logits.detach(), 2, dim=1).values
    close = logits.dtype == torch.float64 and float((best[:, 0] - best[:, 1]).min()) < 1e-4
    assert not close, "two logits so close that rounding could decide between them: take another seed"
    return (logits.argmax(dim=1) == torch.tensor(targets)).to(logits.dtype).mean()


def drop_path(draws, task, micro_step, dtype):
    """The factors of one micro-batch, by branch."""
    names = [key.removeprefix(f"{task}/drop/") for key in draws if key.startswith(f"{task}/drop/")]
    return {name: torch.tensor(draws[f"{task}/drop/{name}"][micro_step], dtype=dtype) for name in names}


def train(model, draws, first, autocast=False):
    """What the run logs of each step, every parameter after the steps shown, validation and export at the end."""
    run, dtype = model.run, model.dtype
    parameters = {n: torch.tensor(v, dtype=dtype, requires_grad=True) for n, v in first.items()}
    optimizer = torch.optim.AdamW(
        [{"params": [p], "weight_decay": run["optimizer.adamw.weight_decay"] if decays(n, p) else 0.0} for n, p in parameters.items()],
        betas=(0.9, 0.999), eps=run["optimizer.adamw.epsilon"], foreach=False)
    images, targets = pixels("image", EXAMPLES)[:, :, ::-1].copy(), labels(EXAMPLES)
    micro, results, beyond = run.batch // run.accumulation, {}, []
    for step in range(run.steps):
        logged = []
        optimizer.zero_grad()
        for part in range(run.accumulation):
            at = step * run.accumulation + part
            batch = draws[run.task + "/order"][at * micro:(at + 1) * micro].astype(int)
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=autocast):
                found = model.training(parameters, images[batch], targets[batch], drop_path(draws, run.task, at, dtype))
            (found["loss"] / run.accumulation).backward()
            logged.append({n: float(v.detach()) for n, v in found.items()})
            beyond.append(getattr(model, "beyond", 0.0))
        norm = torch.nn.utils.clip_grad_norm_(parameters.values(), run["optimizer.clip_norm"])
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(run, step)
        optimizer.step()
        number = step + 1
        results |= {f"{number}/{n}": np.float64(np.mean([m[n] for m in logged])) for n in logged[0]}
        results |= {f"{number}/gradient_norm": np.float64(norm), f"{number}/learning_rate": np.float64(learning_rate(run, step))}
        if number in run.shown:
            results |= {f"{number}/parameter/{n}": p.detach().numpy().copy() for n, p in parameters.items()}
    results |= validate(model, parameters, autocast)
    return results | exported(model, parameters), float(np.mean(beyond))


def validate(model, parameters, autocast):
    """Means over all images, in batches as the run has them."""
    images, targets = pixels("validation", VALIDATION), labels(VALIDATION)
    sums = {}
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=autocast):
        for start in range(0, VALIDATION, model.run["validation_data.batch_size"]):
            part = slice(start, min(start + model.run["validation_data.batch_size"], VALIDATION))
            for name, value in model.validation(parameters, images[part], targets[part]).items():
                sums[name] = sums.get(name, 0.0) + float(value) * (part.stop - part.start)
    return {f"validation/{name}": np.float64(total / VALIDATION) for name, total in sums.items()}


def exported(model, parameters):
    """What the trained network gives for the validation images."""
    x = normalized(pixels("validation", VALIDATION), model.run.statistics("train_data"), model.dtype)
    with torch.no_grad():
        tokens = vit_torch.forward(model.run.vit, network(parameters), x)
        answers = {"tokens": tokens, "pooled": vit_torch.pooled(model.run.vit, parameters, tokens)}
        if "head/kernel" in parameters:
            answers["logits"] = F.linear(answers["pooled"], parameters["head/kernel"].T, parameters["head/bias"])
    return {f"export/{name}": answer.numpy() for name, answer in answers.items()}


def make(kind, run, draws, described):
    model = kind(run, draws, torch.float64)
    double, beyond = train(model, draws, model.first)
    errors = golden_files.float32_errors(
        lambda values: train(kind(run, draws, torch.float32), draws, values)[0], model.first, double)
    half, _ = train(kind(run, draws, torch.float32), draws, model.first, autocast=True)
    losses = [f"{step}/loss" for step in range(1, run.steps + 1)]
    bfloat16 = {"parameters": change_error(run, half, double, model.first),
                "losses": max(golden_files.scaled_error(half[key], double[key]) for key in losses)}
    golden_files.write("steps/" + run.task, {key: golden_files.stored(np.asarray(v)) for key, v in double.items()}, {
        "parameters": described, "examples": EXAMPLES, "validation_examples": VALIDATION,
        "share_beyond_beta": beyond, "float32_error": errors, "bfloat16_error": bfloat16})
    report(run, double, errors)
    print("   beyond beta", round(beyond, 3), "bfloat16", bfloat16)


def report(run, double, errors):
    for what in ("loss", "gradient_norm", "learning_rate"):
        print("  ", what, [round(float(double[f"{step}/{what}"]), 5) for step in range(1, run.steps + 1)])
    print("   worst float32", sorted(((e, k) for k, e in errors.items()), reverse=True)[:4])


def change_error(run, found, double, first):
    """How far all parameters together are off after the last step, over how far they moved: L2 norms."""
    key = f"{run.steps}/parameter/"
    off = sum(np.sum((found[key + n].astype(np.float64) - double[key + n]) ** 2) for n in first)
    moved = sum(np.sum((first[n].astype(np.float64) - double[key + n]) ** 2) for n in first)
    return float(np.sqrt(off / moved))


def main():
    draws = dict(np.load(golden_files.ROOT / "steps" / "draws.npz"))
    make(Classification, CLASSIFY, draws, ranges(classifier_shapes(CLASSIFY)))
    make(Distillation, DISTILL, draws, ranges(network_shapes(DISTILL.vit)))


if __name__ == "__main__":
    torch.set_num_threads(2)
    main()
