"""Goldens of ten whole training steps, validation and export at their end: feature distillation, classification, fine-tuning
with layer decay and averages of the weights, a linear probe, masked students, and a student of two teachers.

What a run draws is read from fdistill's side: golden/steps/draws.npz, finetune-draws.npz, moma-draws.npz and
teachers-draws.npz hold the order of the examples, the factors of drop path, masks, and first values of projectors,
decoder and probe (TenStepsTest, FineTuneStepsTest, MaskedStepsTest and SeveralTeachersStepsTest write them). All else is
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

    @property
    def seen(self):
        """Pixels of validation and export are normalised so."""
        own = "validation_data.normalization.mean" in self.settings
        return self.statistics("validation_data" if own else "train_data")

    def statistics(self, of):
        return self[of + ".normalization.mean"], self[of + ".normalization.std"]


CLASSIFY, DISTILL, FINETUNE, PROBE, MOMA, MOMA_ALL, SECOND, TEACHERS = (
    Run(task) for task in ("classify", "distill", "finetune", "probe", "moma", "moma-all", "second-teacher", "teachers"))
SIDE, CLASSES = CLASSIFY.vit.image_size, CLASSIFY["classify.classes"]
PROJECTOR = ("projector/kernel", "projector/bias")
PROBE_LAYER = ("probe/kernel", "probe/bias")


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


def learning_rate(run, step, share=1.0):
    """The reference's: set after each step from its number, so that a step trains with the rate one earlier.

    share: of the peak alone, under layer decay.
    """
    scale_by, warmup = run["schedule.scale_by_batch"], run["schedule.warmup.steps"]
    scale = run.batch / scale_by if scale_by else 1
    start, peak, low = (scale * run[f"schedule.{kind}learning_rate"] for kind in ("warmup_", "", "min_"))
    peak *= share
    at = max(0, step - 1)
    if at < warmup:
        return start + at * (peak - start) / warmup
    share = (at - warmup) / (run.steps - warmup)
    return low + 0.5 * (peak - low) * (1 + math.cos(math.pi * share))


def decays(name, parameter):
    """Not class token and positions, not vectors."""
    return parameter.ndim > 1 and name.rsplit("/", 1)[-1] not in ("cls_token", "pos_embed")


def layer_id(name, depth):
    """The reference's get_vit_layer_id, by fdistill's names."""
    local = name.removeprefix("student/")
    if local in ("cls_token", "pos_embed") or local.startswith("patch_embed"):
        return 0
    return int(local.split("/")[1]) + 1 if local.startswith("blocks/") else depth + 1


def rate_share(run, name):
    return run.settings.get("optimizer.layer_decay", 1.0) ** (run.vit.depth + 1 - layer_id(name, run.vit.depth))


class Lars:
    """MAE's: weight decay and trust ratio of matrices, then momentum."""

    def __init__(self, groups, momentum, trust):
        self.param_groups, self.momentum, self.trust = groups, momentum, trust
        self.buffers = {}

    def zero_grad(self):
        for group in self.param_groups:
            group["params"][0].grad = None

    @torch.no_grad()
    def step(self):
        for number, group in enumerate(self.param_groups):
            parameter = group["params"][0]
            change = parameter.grad
            if parameter.ndim > 1:
                change = change + group["weight_decay"] * parameter
                lengths = parameter.norm(), change.norm()
                if min(lengths) > 0:
                    change = change * (self.trust * lengths[0] / lengths[1])
            self.buffers[number] = self.momentum * self.buffers.get(number, 0.0) + change
            parameter -= group["lr"] * self.buffers[number]


class Distillation:
    """Student and projector, beside the frozen teacher: the classifier's network with its first values."""

    def __init__(self, run, draws, dtype):
        self.run, self.dtype = run, dtype
        first = values(ranges(classifier_shapes(CLASSIFY)))
        self.teacher = {n: torch.tensor(v, dtype=dtype) for n, v in network(first).items()}
        self.first = values(ranges(network_shapes(run.vit))) | {n: draws[f"{run.task}/{n}"] for n in PROJECTOR}

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


class Masked(Distillation):
    """A student that sees a part of the patches of a solarised image; completed by a decoder where all are aligned."""

    def __init__(self, run, draws, dtype):
        super().__init__(run, draws, dtype)
        self.kept = torch.tensor(draws[run.task + "/kept"].astype(np.int64))
        own = {n.removeprefix(run.task + "/"): v for n, v in draws.items() if n.startswith((f"{run.task}/projector", f"{run.task}/decoder"))}
        self.first = values(ranges(network_shapes(run.vit))) | own
        self.decoder = None
        if "distill.decoder.width" in run.settings:
            self.decoder = vit_torch.decoder_of(run.vit, *(run["distill.decoder." + n] for n in ("width", "depth", "heads")))

    def compared(self, parameters, images, targets, drop_path, kept):
        """Prediction and targets, token by token."""
        x = normalized(images, self.run.statistics("train_data"), self.dtype)
        tokens = vit_torch.forward(self.run.vit, network(parameters), x, drop_path=drop_path, kept=kept)
        if self.decoder:
            own = {n.removeprefix("decoder/"): p for n, p in parameters.items() if n.startswith("decoder/")}
            tokens = vit_torch.completed(self.decoder, own, tokens, kept)
        elif kept is not None:
            patches = torch.take_along_dim(targets[:, 1:], kept[:, :, None], dim=1)
            targets = torch.cat([targets[:, :1], patches], dim=1)
        return F.linear(tokens, parameters[PROJECTOR[0]].T, parameters[PROJECTOR[1]]).to(self.dtype), targets

    def loss(self, prediction, targets):
        return F.smooth_l1_loss(prediction, targets, beta=self.run["distill.beta"])

    def training(self, parameters, images, _, drop_path):
        solarised = "distill.student_image.solarize.probability" in self.run.settings
        own = np.where(images < 128, images, 255 - images) if solarised else images
        prediction, targets = self.compared(parameters, own, self.targets(images), drop_path, self.kept[self.positions])
        self.beyond = float(((prediction - targets).abs() >= self.run["distill.beta"]).double().mean())
        return {"loss": self.loss(prediction, targets)}

    def validation(self, parameters, images, _):
        prediction, targets = self.compared(parameters, images, self.targets(images), {}, None)
        return {"loss": self.loss(prediction, targets), "predict_zero_loss": self.loss(torch.zeros_like(targets), targets)}


class SeveralTeachers(Distillation):
    """Teachers of two widths and grids, with weights that are learned; the second one's targets are standardised."""

    NAMES = ("a", "b")
    LOG_VARIANCE = "weighting/log_variance"

    def __init__(self, run, draws, dtype):
        self.run, self.dtype = run, dtype
        self.teachers = []
        for of in (CLASSIFY, SECOND):
            first = network(values(ranges(classifier_shapes(of))))
            self.teachers.append((of.vit, {n: torch.tensor(v, dtype=dtype) for n, v in first.items()}))
        projectors = {n.removeprefix(run.task + "/"): v for n, v in draws.items() if n.startswith(run.task + "/projector")}
        self.first = values(ranges(network_shapes(run.vit))) | projectors | {self.LOG_VARIANCE: np.zeros(2, np.float32)}
        width = SECOND.vit.width
        self.state = {"targets/b/mean": torch.zeros(width, dtype=dtype), "targets/b/variance": torch.ones(width, dtype=dtype),
                      "targets/b/weight": torch.zeros((), dtype=dtype)}

    def features(self, number, images):
        """Class token, and the patches on the student's grid: [B, N, C]."""
        vit, parameters = self.teachers[number]
        x = normalized(images, self.run.statistics(f"distill.teacher[{number}]"), self.dtype)
        tokens = vit_torch.forward(vit, parameters, x)
        grid, patches = self.run.vit.grid, tokens[:, 1:]
        if vit.grid != grid:
            maps = patches.transpose(1, 2).unflatten(2, (vit.grid, vit.grid))
            maps = F.interpolate(maps, (grid, grid), mode="bilinear", align_corners=False, antialias=True)
            patches = maps.flatten(2).transpose(1, 2)
        return torch.cat([tokens[:, :1], patches], dim=1)

    def standardized(self, features, training):
        mean, variance, weight = self.state.values()
        if training:
            decay, rows = self.run["distill.statistics_decay"], features.flatten(0, 1)
            total = weight * decay + 1 - decay
            share = (1 - decay) / total
            difference = rows.mean(0) - mean
            within = (1 - share) * variance + share * rows.var(0, correction=0)
            variance.copy_(within + share * (1 - share) * difference**2)
            mean.add_(share * difference)
            weight.copy_(total)
        return (features - mean) / torch.sqrt(variance + 1e-6)

    def targets(self, images, training):
        with torch.no_grad(), torch.autocast("cpu", enabled=False):
            first, second = (self.features(number, images) for number in range(2))
            return F.layer_norm(first, first.shape[-1:], eps=1e-5), self.standardized(second, training)

    def losses(self, parameters, images, drop_path, targets):
        x = normalized(images, self.run.statistics("train_data"), self.dtype)
        tokens = vit_torch.forward(self.run.vit, network(parameters), x, drop_path=drop_path)
        found, beta = [], self.run["distill.beta"]
        for projector, target in zip(("projector", "projector_b"), targets):
            prediction = F.linear(tokens, parameters[projector + "/kernel"].T, parameters[projector + "/bias"]).to(self.dtype)
            self.beyond = float(((prediction - target).abs() >= beta).double().mean())
            found.append(F.smooth_l1_loss(prediction, target, beta=beta))
        return found

    def training(self, parameters, images, _, drop_path):
        losses = self.losses(parameters, images, drop_path, self.targets(images, training=True))
        spread = parameters[self.LOG_VARIANCE]
        total = sum(torch.exp(-s) * loss + s for s, loss in zip(spread, losses)) / 2
        return {"loss": total} | self.named("loss", losses) | self.named("weight", torch.exp(-spread))

    def named(self, what, both):
        return {f"{what}_{name}": value for name, value in zip(self.NAMES, both)}

    def validation(self, parameters, images, _):
        targets = self.targets(images, training=False)
        losses = self.losses(parameters, images, {}, targets)
        zeros = [F.smooth_l1_loss(torch.zeros_like(t), t, beta=self.run["distill.beta"]) for t in targets]
        return {"loss": sum(losses) / 2, "predict_zero_loss": sum(zeros) / 2} | self.named("loss", losses)


class Classification:
    """A head on the mean of the patch tokens, or on the norm of it."""

    def __init__(self, run, draws, dtype):
        self.run, self.dtype = run, dtype
        self.first = values(ranges(classifier_shapes(run)))

    def logits(self, parameters, images, drop_path, statistics):
        x = normalized(images, statistics, self.dtype)
        tokens = vit_torch.forward(self.run.vit, network(parameters), x, drop_path=drop_path)
        pooled = vit_torch.pooled(self.run.vit, network(parameters), tokens)
        return F.linear(pooled, parameters["head/kernel"].T, parameters["head/bias"]).to(self.dtype)

    def training(self, parameters, images, targets, drop_path):
        logits = self.logits(parameters, images, drop_path, self.run.statistics("train_data"))
        loss = F.cross_entropy(logits, torch.tensor(targets), label_smoothing=self.run["classify.label_smoothing"])
        return {"loss": loss, "top1": top1(logits, targets)}

    def validation(self, parameters, images, targets):
        logits = self.logits(parameters, images, {}, self.run.seen)
        return {"loss": F.cross_entropy(logits, torch.tensor(targets)), "top1": top1(logits, targets)}


class Probe:
    """Batch norm without scale and shift, and a linear layer, on a network that stays as it is."""

    def __init__(self, run, draws, dtype):
        self.run, self.dtype = run, dtype
        network_first = {n: v for n, v in values(ranges(classifier_shapes(FINETUNE))).items() if n.startswith("student/")}
        self.first = network_first | {n: draws["probe/" + n] for n in PROBE_LAYER}
        self.state = {"probe/norm/mean": torch.zeros(run.vit.width, dtype=dtype),
                      "probe/norm/variance": torch.ones(run.vit.width, dtype=dtype)}

    def logits(self, parameters, images, state, training):
        with torch.no_grad():
            x = normalized(images, self.run.statistics("train_data"), self.dtype)
            tokens = vit_torch.forward(self.run.vit, network(parameters), x)
            pooled = vit_torch.pooled(self.run.vit, network(parameters), tokens)
        normed = F.batch_norm(pooled, state["probe/norm/mean"], state["probe/norm/variance"], training=training, momentum=0.1, eps=1e-6)
        return F.linear(normed, parameters[PROBE_LAYER[0]].T, parameters[PROBE_LAYER[1]])

    def training(self, parameters, images, targets, _):
        logits = self.logits(parameters, images, self.state, training=True)
        return {"loss": F.cross_entropy(logits, torch.tensor(targets)), "top1": top1(logits, targets)}

    def validation(self, parameters, images, targets):
        logits = self.logits(parameters, images, parameters, training=False)
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
    trained = {n: torch.tensor(v, dtype=dtype, requires_grad=True) for n, v in first.items() if run.task != "probe" or n in PROBE_LAYER}
    parameters = {n: torch.tensor(v, dtype=dtype) for n, v in first.items()} | trained
    optimizer = optimizer_of(run, trained)
    moving = trained | getattr(model, "state", {})
    averages = Averages(moving, run.settings.get("optimizer.ema_decay", 0.0))
    images, targets = pixels("image", EXAMPLES)[:, :, ::-1].copy(), labels(EXAMPLES)
    micro, results, beyond = run.batch // run.accumulation, {}, []
    for step in range(run.steps):
        logged = []
        optimizer.zero_grad()
        for part in range(run.accumulation):
            at = step * run.accumulation + part
            model.positions = slice(at * micro, (at + 1) * micro)
            batch = draws[run.task + "/order"][model.positions].astype(int)
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=autocast):
                found = model.training(parameters, images[batch], targets[batch], drop_path(draws, run.task, at, dtype))
            (found["loss"] / run.accumulation).backward()
            logged.append({n: float(v.detach()) for n, v in found.items()})
            beyond.append(getattr(model, "beyond", 0.0))
        norm = torch.nn.utils.clip_grad_norm_(trained.values(), run.settings.get("optimizer.clip_norm", math.inf))
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(run, step, group["share"])
        optimizer.step()
        averages.move()
        number = step + 1
        results |= {f"{number}/{n}": np.float64(np.mean([m[n] for m in logged])) for n in logged[0]}
        results |= {f"{number}/gradient_norm": np.float64(norm), f"{number}/learning_rate": np.float64(learning_rate(run, step))}
        if number in run.shown:
            kept = parameters | getattr(model, "state", {}) | averages.files()
            results |= {f"{number}/parameter/{n}": p.detach().numpy().copy() for n, p in kept.items()}
    evaluated = parameters | averages.values
    results |= validate(model, evaluated, autocast)
    return results | exported(model, evaluated), float(np.mean(beyond))


class Averages:
    """What is validated and kept: averages, or the values themselves where there are none."""

    def __init__(self, moving, decay):
        self.moving, self.decay = moving, decay
        self.values = {n: p.detach().clone() for n, p in moving.items()} if decay else moving

    def move(self):
        if self.decay:
            self.values = {n: self.decay * a + (1 - self.decay) * self.moving[n].detach() for n, a in self.values.items()}

    def files(self):
        """By the names in a checkpoint."""
        return self.values | ({n + "/current": p for n, p in self.moving.items()} if self.decay else {})


def optimizer_of(run, trained):
    kind = "lars" if "optimizer.lars.momentum" in run.settings else "adamw"
    decay = run[f"optimizer.{kind}.weight_decay"]
    groups = [{"params": [p], "share": rate_share(run, n), "weight_decay": decay if decays(n, p) else 0.0} for n, p in trained.items()]
    if kind == "lars":
        return Lars(groups, run["optimizer.lars.momentum"], run["optimizer.lars.trust"])
    return torch.optim.AdamW(groups, betas=(0.9, 0.999), eps=run["optimizer.adamw.epsilon"], foreach=False)


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
    run = model.run
    x = normalized(pixels("validation", VALIDATION), run.seen, model.dtype)
    with torch.no_grad():
        tokens = vit_torch.forward(run.vit, network(parameters), x)
        answers = {"tokens": tokens, "pooled": vit_torch.pooled(run.vit, network(parameters), tokens)}
        if run.task == "probe":
            answers["logits"] = model.logits(parameters, pixels("validation", VALIDATION), parameters, training=False)
        elif "head/kernel" in parameters:
            answers["logits"] = F.linear(answers["pooled"], parameters["head/kernel"].T, parameters["head/bias"])
    return {f"export/{name}": answer.numpy() for name, answer in answers.items()}


def make(kind, run, draws, described, more={}):
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
        "share_beyond_beta": beyond, "float32_error": errors, "bfloat16_error": bfloat16} | more)
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
    draws = {}
    for name in ("draws", "finetune-draws", "moma-draws", "teachers-draws"):
        draws |= np.load(golden_files.ROOT / "steps" / (name + ".npz"))
    make(Classification, CLASSIFY, draws, ranges(classifier_shapes(CLASSIFY)))
    make(Distillation, DISTILL, draws, ranges(network_shapes(DISTILL.vit)))
    make(Classification, FINETUNE, draws, ranges(classifier_shapes(FINETUNE)))
    make(Probe, PROBE, draws, ranges(classifier_shapes(FINETUNE)))
    make(Masked, MOMA, draws, ranges(network_shapes(MOMA.vit)))
    make(Masked, MOMA_ALL, draws, ranges(network_shapes(MOMA_ALL.vit)))
    make(SeveralTeachers, TEACHERS, draws, ranges(network_shapes(TEACHERS.vit)),
         {"second_teacher": ranges(classifier_shapes(SECOND))})


if __name__ == "__main__":
    torch.set_num_threads(2)
    main()
