using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pretraining;
using MlNetLlm.Tests.EmbeddingReset;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Pretraining;

/// <summary>The masked objective on a real model: which gradients it gives, and that it learns.</summary>
public sealed class MaskedTokenTests
{
    [Test]
    public void Fit_LearnsTheLanguage()
    {
        var options = ResetToys.Options with { MaxSteps = 200, BatchSize = 8, WarmupSteps = 10 };
        var model = ResetToys.Pretrain(options, ResetToys.Masked with { Width = 16, HeadWidth = 8, FeedForwardWidth = 32 }).Model;
        Assert.That(LanguageLoss.Of(model, ResetToys.Rows(seed: 2), options), Is.LessThan(0.8 * Math.Log(8)));   // guessing: ln 8
    }

    [Test]
    public void LanguageLoss_OfOneModel_IsTheSameEveryTime()
    {
        var model = ResetToys.Pretrain(ResetToys.Options with { MaxSteps = 0 }).Model;
        var first = LanguageLoss.Of(model, ResetToys.Rows(), ResetToys.Options);
        Assert.That(LanguageLoss.Of(model, ResetToys.Rows(), ResetToys.Options), Is.EqualTo(first));
        Assert.That(first, Is.EqualTo(Math.Log(11)).Within(0.2), "a random model guesses");
    }

    [Test]
    public void Loss_GivesTheTiedTableBothHalvesOfItsGradient()
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(ResetToys.Masked with { NormEpsilon = 1e-3 }).to(ScalarType.Float64);
        foreach (var parameter in model.parameters()) parameter.requires_grad = true;
        using var batch = Batch(12);
        var table = model.TokenEmbedding;
        Loss(model, batch).backward();
        var gradient = table.grad!.data<double>().ToArray();
        var draws = new Random(1);
        foreach (var at in Enumerable.Range(0, 20).Select(_ => draws.Next(gradient.Length)).Append(2 * model.Config.Width))
            Assert.That(Slope(model, batch, at), Is.EqualTo(gradient[at]).Within(1e-6), $"number {at} of the table");

        // a token that is neither read nor guessed still has the output's half, and one that is read has both
        var absent = Enumerable.Range(0, 11).First(id => !batch.Tokens.data<long>().Contains(id));
        Assert.That(Row(absent).Sum(Math.Abs), Is.Positive);

        IEnumerable<double> Row(int id) => gradient.Skip(id * model.Config.Width).Take(model.Config.Width);
    }

    [Test]
    public void Loss_OfPermutedIdsAndRows_StaysTheSame()
    {
        using var model = new LanguageModel(ToyModels.Create(ResetToys.Masked), ResetToys.Tokenizer(), ResetToys.Special);
        int[] newIds = [0, 1, 2, 9, 4, 10, 3, 8, 5, 7, 6];
        var oldIds = Enumerable.Range(0, 11).OrderBy(id => newIds[id]).ToArray();
        var letters = string.Concat(oldIds.Skip(3).Select(id => (char)('a' + id - 3)));
        using var permuted = MlNetLlm.EmbeddingReset.VocabularyPermutation.Apply(
            model, newIds, ResetToys.Tokenizer(letters), ResetToys.Special);
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var batch = Batch(12);
        var map = tensor(newIds.Select(id => (long)id).ToArray());
        var mapped = new TokenBatch(
            map[batch.Tokens], batch.Targets.where(batch.Targets.lt(0), map[batch.Targets.clamp(min: 0)]), batch.TokenCount);
        Assert.That(Loss(permuted.Module, mapped).item<float>(), Is.EqualTo(Loss(model.Module, batch).item<float>()).Within(1e-5));
        Assert.That(permuted.Tokenizer.EncodeToIds("hag"), Is.EqualTo(model.Tokenizer.EncodeToIds("hag").Select(id => newIds[id])));
        Assert.That(permuted.Fingerprint, Is.Not.EqualTo(model.Fingerprint));
    }

    [Test]
    public void Loss_WithPaddedRows_IsTheSumOfTheRowsAlone()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var model = ToyModels.Create(ResetToys.Masked);
        var rows = new[] { Batch(12, seed: 1), Batch(7, seed: 2) };
        var tokens = rows.Select(row => Padded(row.Tokens, 0)).ToArray();
        var targets = rows.Select(row => Padded(row.Targets, TokenBatch.Ignored)).ToArray();
        var together = new TokenBatch(cat(tokens), cat(targets), 0) { Lengths = tensor(new long[] { 12, 7 }) };
        Assert.That(
            Loss(model, together).item<float>(), Is.EqualTo(rows.Sum(row => Loss(model, row).item<float>())).Within(1e-4));

        static Tensor Padded(Tensor row, long value) => cat([row, full([1, 12 - row.size(1)], value, ScalarType.Int64)], 1);
    }

    [Test]
    public void Fit_OfABidirectionalModelOnTheNextToken_IsRefused()
        => Assert.That(
            () => ResetToys.Pretrain(ResetToys.Options with { Objective = PretrainObjective.NextToken }),
            Throws.ArgumentException.With.Message.Contains("sees the next token"));

    private static Tensor Loss(TransformerModel model, TokenBatch batch) => Objectives.NextToken(
        model, model.Hidden(batch.Tokens, batch.Lengths is null ? null : new ForwardOptions { Lengths = batch.Lengths }), batch.Targets);

    private static TokenBatch Batch(int time, int seed = 3)
    {
        var random = new Random(seed);
        var tokens = Enumerable.Range(0, time).Select(_ => (long)random.Next(3, 9)).ToArray();
        var targets = Enumerable.Repeat(TokenBatch.Ignored, time).ToArray();
        foreach (var at in new[] { 1, 4, 6 })
            (tokens[at], targets[at]) = (2, random.Next(3, 9));
        return TokenBatch.Of(tokens, targets, 1);
    }

    private static double Slope(TransformerModel model, TokenBatch batch, int at)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        const double step = 1e-5;
        var flat = model.TokenEmbedding.view(-1);
        flat[at] += step;
        var up = Loss(model, batch).item<double>();
        flat[at] -= 2 * step;
        var down = Loss(model, batch).item<double>();
        flat[at] += step;
        return (up - down) / (2 * step);
    }
}
