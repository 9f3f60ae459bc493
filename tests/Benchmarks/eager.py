"""PyTorch's side of each comparison: the same model, weights, tokens and steps, written the usual way.

eager.py WORKLOAD FOLDER - says "ready", computes a turn for every line "go", answers "done CPU_MS WALL_MS VALUE".
"""
import json, math, sys, time
import torch
import torch.nn.functional as F

HEADS, LAYERS, LORA_SCALE = 8, 4, 2.0


def read_safetensors(path):
    data = bytearray(open(path, "rb").read())
    size = int.from_bytes(data[:8], "little")
    header, types = json.loads(data[8:8 + size]), {"F32": torch.float32, "I64": torch.int64}
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            tensors[name] = torch.frombuffer(
                data, dtype=types[entry["dtype"]], count=math.prod(entry["shape"]), offset=8 + size + begin).view(entry["shape"]).clone()
    return tensors


class Gpt:
    """GPT-2's formula over a dictionary of weights; `linear` may be replaced for adapted matrices."""

    def __init__(self, weights, fused):
        self.w, self.fused = weights, fused
        self.adapted = {}
        self.mask = torch.tril(torch.ones(128, 128, dtype=torch.bool)).view(1, 1, 128, 128)
        if fused:
            for layer in range(LAYERS):
                path = f"layers.{layer}.attention"
                for kind in ("weight", "bias"):
                    parts = [weights.pop(f"{path}.{name}.{kind}") for name in ("query", "key", "value")]
                    weights[f"{path}.qkv.{kind}"] = torch.cat(parts)

    def linear(self, name, x):
        adapter = self.adapted.get(name)
        return adapter(x) if adapter else F.linear(x, self.w[f"{name}.weight"], self.w[f"{name}.bias"])

    def norm(self, name, x):
        return F.layer_norm(x, (x.size(-1),), self.w[f"{name}.weight"], self.w[f"{name}.bias"], 1e-5)

    def attention(self, path, x):
        batch, time_, width = x.shape
        if self.fused:
            q, k, v = self.linear(f"{path}.qkv", x).split(width, dim=2)
        else:
            q, k, v = (self.linear(f"{path}.{name}", x) for name in ("query", "key", "value"))
        q, k, v = (t.view(batch, time_, HEADS, width // HEADS).transpose(1, 2) for t in (q, k, v))
        scores = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(k.size(-1)))
        weights = F.softmax(scores.masked_fill(~self.mask[:, :, :time_, :time_], float("-inf")), dim=-1)
        return self.linear(f"{path}.output", (weights @ v).transpose(1, 2).contiguous().view(batch, time_, width))

    def embed(self, tokens):
        return F.embedding(tokens, self.w["embeddings.token.weight"]) + self.w["embeddings.position.weight"][:tokens.size(1)]

    def blocks(self, x, first, end):
        for layer in range(first, end):
            path = f"layers.{layer}"
            x = x + self.attention(f"{path}.attention", self.norm(f"{path}.attention_norm", x))
            up = self.linear(f"{path}.mlp.up", self.norm(f"{path}.mlp_norm", x))
            x = x + self.linear(f"{path}.mlp.down", F.gelu(up, approximate="tanh"))
        return x

    def hidden(self, tokens):
        return self.norm("final_norm", self.blocks(self.embed(tokens), 0, LAYERS))

    def logits(self, tokens):
        return F.linear(self.hidden(tokens), self.w["embeddings.token.weight"])


def training_turn(model, trained, tokens):
    optimizer = torch.optim.AdamW(trained, lr=1e-3, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1)
    inputs, targets = tokens[:, :-1].contiguous(), tokens[:, 1:].contiguous().view(-1)

    def turn():
        optimizer.zero_grad()
        loss = F.cross_entropy(model.logits(inputs).view(targets.size(0), -1), targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        return loss.item()
    return turn


def model_of(folder, fused=True):
    weights = read_safetensors(f"{folder}/model.safetensors")
    return Gpt(weights, fused), weights.pop("tokens")


def train(folder):
    model, tokens = model_of(folder)
    trained = [w.requires_grad_() for name, w in model.w.items() if not name.startswith("lora.")]
    return training_turn(model, trained, tokens)


def masked(folder):
    """RoBERTa's formula with logits at every token, of which the loss counts those to be guessed."""
    w, layers, heads = read_safetensors(f"{folder}/masked.safetensors"), LAYERS, HEADS
    tokens, targets = w.pop("tokens"), w.pop("targets").view(-1)
    for layer in range(layers):
        path = f"layers.{layer}.attention"
        for kind in ("weight", "bias"):
            w[f"{path}.qkv.{kind}"] = torch.cat([w.pop(f"{path}.{name}.{kind}") for name in ("query", "key", "value")])
    trained = [t.requires_grad_() for t in w.values()]
    optimizer = torch.optim.AdamW(trained, lr=1e-3, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1)

    def linear(name, x):
        return F.linear(x, w[f"{name}.weight"], w[f"{name}.bias"])

    def norm(name, x):
        return F.layer_norm(x, (x.size(-1),), w[f"{name}.weight"], w[f"{name}.bias"], 1e-5)

    def attention(path, x):
        batch, time_, width = x.shape
        q, k, v = (t.view(batch, time_, heads, width // heads).transpose(1, 2) for t in linear(f"{path}.qkv", x).split(width, dim=2))
        weights = F.softmax((q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(k.size(-1))), dim=-1)
        return linear(f"{path}.output", (weights @ v).transpose(1, 2).contiguous().view(batch, time_, width))

    def logits():
        table = w["embeddings.token.weight"]
        x = F.embedding(tokens, table) + w["embeddings.position.weight"][2:2 + tokens.size(1)] + w["embeddings.token_type.weight"][0]
        x = norm("embeddings.norm", x)
        for layer in range(layers):
            path = f"layers.{layer}"
            x = norm(f"{path}.attention_norm", x + attention(f"{path}.attention", x))
            x = norm(f"{path}.mlp_norm", x + linear(f"{path}.mlp.down", F.gelu(linear(f"{path}.mlp.up", x))))
        return F.linear(norm("head.transform.norm", F.gelu(linear("head.transform", x))), table, w["head.bias"])

    def turn():
        optimizer.zero_grad()
        loss = F.cross_entropy(logits().view(targets.size(0), -1), targets, ignore_index=-100)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        return loss.item()
    return turn


def svf(folder):
    model, tokens = model_of(folder)
    trained = []
    for layer in range(LAYERS):
        for name in (f"layers.{layer}.mlp.up", f"layers.{layer}.mlp.down"):
            u, s, vt = (t.float() for t in torch.linalg.svd(model.w[f"{name}.weight"].double(), full_matrices=False))
            p = torch.full_like(s, 0.1).requires_grad_()
            trained.append(p)

            def adapted(x, u=u, s=s, vt=vt, p=p, bias=model.w[f"{name}.bias"]):
                m = torch.sigmoid(p)
                z = m * s.sum() / (s * m).sum()
                return F.linear(x, (u * (s * z)) @ vt, bias)
            model.adapted[name] = adapted
    return training_turn(model, trained, tokens)


def lora(folder):
    model, tokens = model_of(folder, fused=False)
    trained = []
    for layer in range(LAYERS):
        for part in ("query", "key", "value", "output"):
            name = f"layers.{layer}.attention.{part}"
            weight, bias = model.w[f"{name}.weight"], model.w[f"{name}.bias"]
            a = model.w[f"lora.{name}"].requires_grad_()
            b = torch.zeros(weight.size(0), a.size(0), requires_grad=True)
            trained += [a, b]
            model.adapted[name] = lambda x, weight=weight, bias=bias, a=a, b=b: (
                F.linear(x, weight, bias) + LORA_SCALE * F.linear(F.linear(x, a), b))
    return training_turn(model, trained, tokens)


def score(folder):
    model, tokens = model_of(folder)

    @torch.inference_mode()
    def turn():
        logits = model.logits(tokens[:, :-1])
        return F.cross_entropy(logits.view(-1, logits.size(-1)), tokens[:, 1:].reshape(-1), reduction="none").sum().item()
    return turn


def hidden(folder):
    model, tokens = model_of(folder)

    @torch.inference_mode()
    def turn():
        return model.hidden(tokens[:, :-1]).abs().mean().item()
    return turn


def probe_parameters(inputs, number):
    prefix = f"probe{number}."
    return {name[len(prefix):]: tensor.clone() for name, tensor in inputs.items() if name.startswith(prefix)}


def probe_logits(w, x):
    """Linear, relu, batch norm for every hidden layer, then the output layer."""
    layers = 1 + max(int(name[5]) for name in w)
    for n in range(layers - 1):
        layer = f"layer{n}."
        x = F.relu(F.linear(x, w[layer + "weight"], w[layer + "bias"]))
        x = F.batch_norm(x, w[layer + "mean"], w[layer + "variance"], w[layer + "gain"], w[layer + "shift"], training=True)
    return F.linear(x, w[f"layer{layers - 1}.weight"], w[f"layer{layers - 1}.bias"])


def probe_turn(folder, name, label_of):
    inputs = read_safetensors(f"{folder}/{name}.safetensors")
    features, labels, order, batch = inputs["features"], inputs["labels"], inputs["order"], 1024
    steps = len(order) // batch

    def train_one(x, y, number):
        w = probe_parameters(inputs, number)
        trained = {n: t.requires_grad_() for n, t in w.items() if not n.endswith(("mean", "variance"))}
        decayed = [t for n, t in trained.items() if n.endswith(("weight", "gain"))]
        optimizer = torch.optim.AdamW(
            [{"params": decayed, "weight_decay": 0.2},
             {"params": [t for n, t in trained.items() if n.endswith(("bias", "shift"))], "weight_decay": 0.0}], lr=0.02)
        for step in range(steps):
            for group in optimizer.param_groups:
                group["lr"] = 0.02 * 0.95 ** (step * 150 // steps)
            rows = order[step * batch:(step + 1) * batch]
            loss = F.cross_entropy(probe_logits(w, x[rows]), y[rows])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
        return loss.item()

    def turn():
        x = (features - features.mean(0)) / features.std(0, unbiased=False)
        return sum(train_one(x, labels[label_of(number)], number) for number in range(9)) / 9
    return turn


def probes(folder):
    return probe_turn(folder, "probes", lambda number: number)


def probes_mixed(folder):
    return probe_turn(folder, "probes-mixed", lambda number: number // 3)


def importance(folder):
    """Mean |w g| over the questions of each of 32 sets, one question after another through autograd: Llama's formula."""
    w = read_safetensors(f"{folder}/importance.safetensors")
    tokens, layers, heads, sets = w.pop("tokens"), 8, 4, 32
    time_ = tokens.size(1) - 1
    d = w["layers.0.attention.query.weight"].size(0) // heads
    angles = torch.arange(time_).view(-1, 1).double() * 10000.0 ** (-torch.arange(0, d, 2).double() / d)
    cos, sin = (torch.cat((t, t), 1).float().view(1, time_, 1, d) for t in (angles.cos(), angles.sin()))
    mask = torch.tril(torch.ones(time_, time_, dtype=torch.bool))
    matrices = {name: t.requires_grad_() for name, t in w.items() if name.startswith("layers.") and "norm" not in name}

    def norm(x, gain):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * gain

    def rotate(x):
        a, b = x.chunk(2, -1)
        return x * cos + torch.cat((-b, a), -1) * sin

    def logits(ids):
        x = F.embedding(ids, w["embeddings.token.weight"])
        for n in range(layers):
            path = f"layers.{n}"
            h = norm(x, w[f"{path}.attention_norm.weight"])
            q, k, v = (F.linear(h, w[f"{path}.attention.{part}.weight"]).view(1, time_, heads, d) for part in ("query", "key", "value"))
            q, k, v = rotate(q).transpose(1, 2), rotate(k).transpose(1, 2), v.transpose(1, 2)
            weights = F.softmax(((q @ k.transpose(-2, -1)) * d ** -0.5).masked_fill(~mask, float("-inf")), -1)
            mixed = (weights @ v).transpose(1, 2).reshape(1, time_, heads * d)
            x = x + F.linear(mixed, w[f"{path}.attention.output.weight"])
            h = norm(x, w[f"{path}.mlp_norm.weight"])
            hidden = F.silu(F.linear(h, w[f"{path}.mlp.gate.weight"])) * F.linear(h, w[f"{path}.mlp.up.weight"])
            x = x + F.linear(hidden, w[f"{path}.mlp.down.weight"])
        return F.linear(norm(x[:, -1], w["final_norm.weight"]), w["embeddings.token.weight"])

    def turn():
        scores = {name: [0.0] * sets for name in matrices}
        per_set = tokens.size(0) // sets
        for question, row in enumerate(tokens):
            for matrix in matrices.values():
                matrix.grad = None
            F.cross_entropy(logits(row[:-1].view(1, -1)), row[-1:]).backward()
            for name, matrix in matrices.items():
                scores[name][question // per_set] += (matrix.detach() * matrix.grad).abs().mean().item() / per_set
        return sum(sum(row) for row in scores.values())
    return turn


def sparse(folder):
    """TopK autoencoder with dense codes: scatter, one product, the auxiliary loss, unit columns."""
    inputs = read_safetensors(f"{folder}/sparse.safetensors")
    states, order, k, aux_k, dead_after, batch = inputs["states"], inputs["order"], 16, 64, 4096, 2048
    rate = 2e-4 * (16384 / inputs["encoder"].size(0)) ** 0.5

    def turn():
        u = states - states.mean(1, keepdim=True)
        u = u / (u.std(1, keepdim=True) + 1e-5)
        scale = 1 / u.var(0, unbiased=False).mean().item()
        w = {name: inputs[name].clone().requires_grad_() for name in ("encoder", "latent_bias", "decoder", "pre_bias")}
        decoder = w["decoder"]
        optimizer = torch.optim.Adam(list(w.values()), lr=rate, betas=(0.9, 0.999), eps=6.25e-10)
        silent = torch.zeros(decoder.size(0), dtype=torch.int64)
        for first in range(0, len(order), batch):
            x = u[order[first:first + batch]] - w["pre_bias"]
            pre = F.linear(x, w["encoder"], w["latent_bias"])
            values, ids = pre.topk(k, 1)
            codes = torch.zeros_like(pre).scatter(1, ids, values.relu())
            errors = x - codes @ decoder
            loss = scale * errors.square().mean(1).sum()
            dead = silent >= dead_after
            if dead.any():
                target = errors.detach()
                values, ids = pre.masked_fill(~dead, -math.inf).topk(min(aux_k, int(dead.sum())), 1)
                rest = target - torch.zeros_like(pre).scatter(1, ids, values.relu()) @ decoder
                loss = loss + batch / 32 * rest.square().sum() / (target - target.mean(0)).square().sum()
            silent += batch
            silent[(codes > 1e-3).any(0)] = 0
            optimizer.zero_grad(set_to_none=True)
            (loss / batch).backward()
            with torch.no_grad():
                decoder.grad -= (decoder.grad * decoder).sum(1, keepdim=True) * decoder
            optimizer.step()
            with torch.no_grad():
                decoder /= decoder.norm(dim=1, keepdim=True)
        return loss.item() / batch
    return turn


def concepts(folder, frozen=True):
    """The released code's step: labels of the batch by teacher and autoencoder, dense concept logits and dense chosen concepts."""
    w = read_safetensors(f"{folder}/concepts.safetensors")
    batches, insert_at, chosen, active, per_token, weight = w.pop("tokens"), 2, 32, 32, 4, 0.1

    def part(prefix):
        return {name[len(prefix):]: w.pop(name) for name in list(w) if name.startswith(prefix)}
    teacher, sae, student = Gpt(part("teacher."), True), part("sae."), Gpt(part("student."), True)
    student.mask = torch.tril(torch.ones(256, 256, dtype=torch.bool)).view(1, 1, 256, 256)
    c, steps = student.w, iter(batches)
    trained = [parameter.requires_grad_() for parameter in c.values()]
    if not frozen:
        for parameter in teacher.w.values():
            parameter.requires_grad_()
    optimizer = torch.optim.AdamW(trained, lr=1e-3, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1)

    def normalised(h):
        mean, deviation = h.mean(-1, keepdim=True), h.std(-1, keepdim=True)
        return (h - mean) / (deviation + 1e-5), mean, deviation

    def labels(inputs, targets):
        h = teacher.blocks(teacher.embed(inputs), 0, insert_at)
        h = h.detach().requires_grad_() if frozen else h
        if not frozen:
            h.retain_grad()
        logits = F.linear(teacher.norm("final_norm", teacher.blocks(h, insert_at, LAYERS)), teacher.w["embeddings.token.weight"])
        F.cross_entropy(logits[:, :-1].reshape(-1, logits.size(-1)), targets[:, :-1].reshape(-1), reduction="sum").backward()
        with torch.no_grad():
            pre = F.linear(normalised(h)[0] - sae["pre_bias"], sae["encoder"], sae["latent_bias"])
            values, ids = pre.topk(active, -1)
            codes = torch.zeros_like(pre).scatter(-1, ids, values.relu())
            best, ids = (codes * (h.grad @ sae["decoder"].t())).topk(per_token, -1)
        return ids, (best > 0).float()

    def turn():
        tokens = next(steps)
        inputs, targets = tokens[:, :-1].contiguous(), tokens[:, 1:].contiguous()
        ids, good = labels(inputs, targets)
        good[:, -1] = 0
        optimizer.zero_grad()
        h = student.blocks(student.embed(inputs), 0, insert_at)
        u, mean, deviation = normalised(h)
        z = F.linear(u - c["insertion.shift"], c["insertion.head"], c["insertion.head_bias"])
        values, places = z.topk(chosen, -1)
        mixed = torch.zeros_like(z).scatter(-1, places, values) @ c["insertion.columns"]
        element = deviation * (mixed + c["insertion.column_bias"] + c["insertion.shift"]) + mean
        x = torch.stack([h, element], 2).view(h.size(0), 2 * h.size(1), h.size(2))
        x = student.norm("final_norm", student.blocks(x, insert_at, LAYERS))[:, 1::2]
        logits = F.linear(x, c["embeddings.token.weight"])
        loss = F.cross_entropy(logits.reshape(-1, logits.size(-1)), targets.view(-1))
        count = good.sum(-1)
        apart = -(F.log_softmax(z, -1).gather(-1, ids) * good).sum(-1) / count.clamp(min=1)
        loss = loss + weight * apart.sum() / (count > 0).sum()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        return loss.item()
    return turn


def concepts_unfrozen(folder):
    """The same with a teacher whose weights get gradients too, never used: the released code does not freeze it."""
    return concepts(folder, frozen=False)


def decode(folder):
    w = read_safetensors(f"{folder}/stories.safetensors")
    layers, heads, key_heads, width, room = 5, 8, 4, 64, 200
    d = width // heads
    angles = torch.arange(room).view(-1, 1).double() * 10000.0 ** (-torch.arange(0, d, 2).double() / d)
    cos, sin = angles.cos().float(), angles.sin().float()
    for n in range(layers):
        path = f"layers.{n}"
        w[f"{path}.qkv"] = torch.cat([w[f"{path}.attention.{part}.weight"] for part in ("query", "key", "value")])
        w[f"{path}.gate_up"] = torch.cat([w[f"{path}.mlp.{part}.weight"] for part in ("gate", "up")])
    keys, values = torch.zeros(layers, key_heads, room, d), torch.zeros(layers, key_heads, room, d)

    def norm(x, gain):
        return x * torch.rsqrt(x.pow(2).mean() + 1e-5) * gain

    def rotate(x, t):
        pairs = x.view(-1, d // 2, 2)
        a, b = pairs[..., 0], pairs[..., 1]
        return torch.stack((a * cos[t] - b * sin[t], a * sin[t] + b * cos[t]), -1).view(-1, d)

    def step(token, t):
        x = w["embeddings.token.weight"][token]
        for n in range(layers):
            path = f"layers.{n}"
            q, k, v = F.linear(norm(x, w[f"{path}.attention_norm.weight"]), w[f"{path}.qkv"]).split((width, width // 2, width // 2))
            keys[n, :, t], values[n, :, t] = rotate(k, t), v.view(key_heads, d)
            query = rotate(q, t).view(key_heads, heads // key_heads, d)
            weights = F.softmax(query @ keys[n, :, :t + 1].transpose(1, 2) * d ** -0.5, -1)
            x = x + F.linear((weights @ values[n, :, :t + 1]).view(-1), w[f"{path}.attention.output.weight"])
            gate, up = F.linear(norm(x, w[f"{path}.mlp_norm.weight"]), w[f"{path}.gate_up"]).chunk(2)
            x = x + F.linear(F.silu(gate) * up, w[f"{path}.mlp.down.weight"])
        return F.linear(norm(x, w["final_norm.weight"]), w["embeddings.token.weight"])

    @torch.inference_mode()
    def turn():
        token, total = 1, 0
        for t in range(200):
            token = int(step(token, t).argmax())
            total += token
        return float(total)
    return turn


def reinforce(folder):
    """REINFORCE with SVF on the MLP of Llama's kind: merged weights and a preallocated cache to answer, factored ones to learn."""
    w = read_safetensors(f"{folder}/reinforce.safetensors")
    prompts = [row[row >= 0].tolist() for row in w.pop("prompts")]
    layers, heads, width, most, kl_weight, end, first_letter = 6, 6, 192, 48, 0.1, 2, 3
    d, rows = width // heads, len(prompts)
    longest = max(map(len, prompts))
    angles = torch.arange(longest + most).view(-1, 1).double() * 10000.0 ** (-torch.arange(0, d, 2).double() / d)
    cos, sin = angles.cos().float().repeat(1, 2), angles.sin().float().repeat(1, 2)
    table = w["embeddings.token.weight"]
    factors, trained = {}, []
    for n in range(layers):
        path = f"layers.{n}"
        w[f"{path}.qkv"] = torch.cat([w[f"{path}.attention.{part}.weight"] for part in ("query", "key", "value")])
        w[f"{path}.gate_up"] = torch.cat([w[f"{path}.mlp.{part}.weight"] for part in ("gate", "up")])
        for part in ("gate", "up", "down"):
            u, s, vt = (t.float() for t in torch.linalg.svd(w[f"{path}.mlp.{part}.weight"].double(), full_matrices=False))
            trained.append(torch.full_like(s, 0.1).requires_grad_())
            factors[f"{path}.mlp.{part}"] = (u, s, vt, trained[-1])
    optimizer = torch.optim.AdamW(trained, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0)

    def scaled(name):
        u, s, vt, p = factors[name]
        m = torch.sigmoid(p)
        return u, s * m * (s.sum() / (s * m).sum()), vt

    def norm(x, gain):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * gain

    def rotate(x, c, s):
        a, b = x.chunk(2, -1)
        return x * c + torch.cat((-b, a), -1) * s

    def states(tokens, positions, attend, mlp):
        """attend(layer, q, k, v) mixes; mlp(path, x) is the feed-forward part."""
        c, s = cos[positions].unsqueeze(1), sin[positions].unsqueeze(1)
        x = F.embedding(tokens, table)
        for n in range(layers):
            path = f"layers.{n}"
            q, k, v = F.linear(norm(x, w[f"{path}.attention_norm.weight"]), w[f"{path}.qkv"]).split(width, dim=2)
            q, k, v = (t.view(t.size(0), t.size(1), heads, d).transpose(1, 2) for t in (q, k, v))
            mixed = attend(n, rotate(q, c, s), rotate(k, c, s), v)
            x = x + F.linear(mixed.transpose(1, 2).reshape(x.shape), w[f"{path}.attention.output.weight"])
            x = x + mlp(path, norm(x, w[f"{path}.mlp_norm.weight"]))
        return norm(x, w["final_norm.weight"])

    def mix(q, k, v, mask):
        scores = q @ k.transpose(-2, -1) * d ** -0.5
        return F.softmax(scores if mask is None else scores.masked_fill(mask, float("-inf")), -1) @ v

    def plain_mlp(gate_up, down):
        def mlp(path, x):
            gate, up = F.linear(x, gate_up[path]).chunk(2, -1)
            return F.linear(F.silu(gate) * up, down[path])
        return mlp

    def factored_mlp(path, x):
        def apply(part, y):
            u, z, vt = scaled(f"{path}.mlp.{part}")
            return F.linear(F.linear(y, vt) * z, u)
        return apply("down", F.silu(apply("gate", x)) * apply("up", x))

    base_mlp = plain_mlp({f"layers.{n}": w[f"layers.{n}.gate_up"] for n in range(layers)},
                         {f"layers.{n}": w[f"layers.{n}.mlp.down.weight"] for n in range(layers)})

    @torch.no_grad()
    def answers():
        gate_up, down = {}, {}
        for n in range(layers):
            path = f"layers.{n}"
            gate, up, down[path] = ((u * z) @ vt for u, z, vt in (scaled(f"{path}.mlp.{part}") for part in ("gate", "up", "down")))
            gate_up[path] = torch.cat([gate, up])
        mlp = plain_mlp(gate_up, down)
        room = longest + most
        keys, values = torch.zeros(layers, rows, heads, room, d), torch.zeros(layers, rows, heads, room, d)
        pads = torch.tensor([longest - len(row) for row in prompts])                       # prompts stand on the right
        tokens = torch.tensor([[0] * (longest - len(row)) + row for row in prompts])
        positions = (torch.arange(longest).view(1, -1) - pads.view(-1, 1)).clamp(min=0)
        hidden = (torch.arange(room).view(1, -1) < pads.view(-1, 1)).view(rows, 1, 1, room)
        later = torch.triu(torch.ones(longest, longest, dtype=torch.bool), 1).view(1, 1, longest, longest)
        eye = torch.eye(longest, dtype=torch.bool).view(1, 1, longest, longest)           # a padding place sees itself, not nothing
        mask, start = (later | hidden[..., :longest]) & ~eye, 0

        def attend(n, q, k, v):
            keys[n, :, :, start:start + k.size(2)], values[n, :, :, start:start + k.size(2)] = k, v
            return mix(q, keys[n, :, :, :start + k.size(2)], values[n, :, :, :start + k.size(2)], mask)

        state = states(tokens, positions, attend, mlp)[:, -1]
        written, done = [], torch.zeros(rows, dtype=torch.bool)
        for step in range(most):
            token = F.linear(state, table).argmax(-1)
            written.append(token)
            done |= token == end
            if step == most - 1 or bool(done.all()):
                break
            start = longest + step
            mask = hidden[..., :start + 1]
            state = states(token.view(-1, 1), (start - pads).view(-1, 1), attend, mlp)[:, -1]
        return [row[:row.index(end) + 1] if end in row else row for row in torch.stack(written, 1).tolist()]

    def turn():
        written = answers()
        letters = [[token for token in row if token >= first_letter] for row in written]
        rewards = torch.tensor([1.0 if row and row[-1] % 2 == 0 else -1.0 for row in letters])
        length = max(len(prompt) + len(answer) for prompt, answer in zip(prompts, written)) - 1
        tokens, targets = torch.zeros(rows, length, dtype=torch.long), torch.full((rows, length), -100)
        for row, (prompt, answer) in enumerate(zip(prompts, written)):
            whole = torch.tensor(prompt + answer)
            tokens[row, :len(whole) - 1] = whole[:-1]
            targets[row, len(prompt) - 1:len(whole) - 1] = whole[len(prompt):]
        counted = targets != -100
        positions = torch.arange(length).view(1, -1).expand(rows, -1)
        mask = torch.triu(torch.ones(length, length, dtype=torch.bool), 1)
        attend = lambda n, q, k, v: mix(q, k, v, mask)
        with torch.no_grad():
            reference = F.log_softmax(F.linear(states(tokens, positions, attend, base_mlp)[counted], table), -1)
        policy = F.log_softmax(F.linear(states(tokens, positions, attend, factored_mlp)[counted], table), -1)
        chosen = policy.gather(1, targets[counted].unsqueeze(1)).squeeze(1)
        kl = (policy.exp() * (policy - reference)).sum(-1)
        loss = (kl_weight * kl - rewards.unsqueeze(1).expand(-1, length)[counted] * chosen).sum() / rows
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1e-3)
        optimizer.step()
        return loss.item()

    turn()           # the library's first iteration is part of its start too
    return turn


def main():
    turn = globals()[sys.argv[1]](sys.argv[2])
    print("ready", flush=True)
    for line in sys.stdin:
        processor, wall = time.process_time(), time.perf_counter()
        value = turn()
        print("done %.3f %.3f %r" % ((time.process_time() - processor) * 1e3, (time.perf_counter() - wall) * 1e3, value), flush=True)


main()
