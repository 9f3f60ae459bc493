using MlNetLlm.Communities;
using MlNetLlm.Modules;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.ModuleCommunities;

namespace MlNetLlm.Tests.Pipelines.ModuleCommunities;

public class EndpointsTests
{
    private static readonly PlantedQuestions Questions = new();

    // Ten layers with a module each: the ends belong to all, the others two by two to the four functions.
    private static readonly string[] Modules = [.. Enumerable.Range(0, 10).Select(layer => $"layers.{layer}.mlp.up")];

    [Test]
    public void E5O_LeavesOutLayersThatAllShare_AndE5CDoesNot()
    {
        // The first layer has joined the first function, the last one the second: the owned modules are as planted.
        var run = Run(Modular(1, [0, 0, 0, 1, 1, 2, 2, 3, 3, 1]), Modular(2, [0, 0, 0, 1, 1, 2, 2, 2, 3, 1]));
        var owned = Values(run, "E5O");
        Assert.That(owned[0], Is.EqualTo(1));
        Assert.That(owned[1], Is.LessThan(0.9), "a layer of the fourth function stands with the third's");
        Assert.That(Values(run, "E5C")[0], Is.LessThan(0.9), "no community of the shared ends");
    }

    [Test]
    public void InnerAgreement_IsThatOfTheNetworkWithoutTheEnds()
    {
        var model = Modular(1, [0, 0, 1, 1, 0, 2, 2, 3, 3, 1]);
        var inner = model.Network.Corrected with { Communities = [0, 0, 1, 1, 2, 2, 3, 3] };
        var run = Run(model with { Network = model.Network with { Inner = inner } });
        Assert.That(run.InnerAgreement(run.Models[0]), Is.EqualTo(1));
        Assert.That(run.InnerAgreement(model), Is.Null, "not measured");
        Assert.That(run.OwnedAgreement(model), Is.LessThan(0.9));
    }

    [Test]
    public void E4O_IsTheLeastAgreement_WhateverSharedLayersDo()
    {
        int[] planted = [0, 0, 0, 1, 1, 2, 2, 3, 3, 0];
        int[] other = [4, 3, 3, 1, 1, 0, 0, 2, 2, 4];
        var run = Run(Modular(1, planted), Modular(2, other));
        Assert.That(Values(run, "E4O"), Is.All.EqualTo(1));
        Assert.That(Values(run, "E4C"), Is.All.LessThan(1), "the ends stand elsewhere in the other model");
        run = Run(Modular(1, planted, secondHalf: [0, 0, 1, 0, 1, 2, 2, 3, 3, 0]), Modular(2, other));
        Assert.That(Values(run, "E4O")[0], Is.LessThan(0.9), "its halves do not agree");
    }

    [Test]
    public void E5M_ComparesTheMeasures_WithNegativeRisesAsZero()
    {
        var taylor = Table(Modules, (set, module) => 1 + (set + module) % 3);
        Assert.That(Values(Run(Dense(taylor, taylor)), "E5M").Single(), Is.EqualTo(1).Within(1e-12));
        var opposite = Table(Modules, (set, module) => 4 - taylor.Values[set][module]);
        Assert.That(Values(Run(Dense(taylor, opposite)), "E5M").Single(), Is.LessThan(-0.9));
        var negative = taylor with { Values = [.. taylor.Values.Select(row => row.Select(value => value > 1 ? value : -5).ToArray())] };
        Assert.That(Dense(taylor, negative).Importance.Causal().Values.Cast<double>().Min(), Is.Zero);
        Assert.That(Values(Run(Dense(taylor, negative)), "E5M").Single(), Is.GreaterThan(0.8));
    }

    [Test]
    public void E12S_ComparesADeeperModel_LayerByLayers()
    {
        var dense = Table(Modules, (set, module) => 1 + set * module % 5);
        string[] deep = [.. Enumerable.Range(0, 20).Select(layer => $"layers.{layer}.mlp.up")];
        Studied Larger(string[] modules) => Studied(
            new Subject("larger-1", SubjectKind.Larger, 1), Table(modules, (set, module) => 1 + set * (module / 2) % 5),
            new int[modules.Length]);
        Assert.That(Values(Run(Dense(dense, dense), Larger(deep)), "E12S").Single(), Is.EqualTo(1).Within(1e-12));
        Assert.That(Values(Run(Dense(dense, dense), Larger(deep[..15])), "E12S"), Is.Empty, "15 layers are no multiple of 10");
    }

    [Test]
    public void E10F_ReadsTheArmWithTrainedEmbeddings()
    {
        TuningRun Tuned(ModuleRegime regime, bool faithful, double accuracy) =>
            new(1, "sum", "inverted", regime, 0.001, faithful, 0.5, accuracy, 0.5, 1, 1, 0, 0, 0);
        var run = Run() with
        {
            Tuning =
            [
                Tuned(ModuleRegime.Community, false, 0.9), Tuned(ModuleRegime.RandomMatched, false, 0.5),
                Tuned(ModuleRegime.Community, true, 0.7), Tuned(ModuleRegime.RandomMatched, true, 0.6),
            ],
        };
        Assert.That(Values(run, "E10F").Single(), Is.EqualTo(0.1).Within(1e-12));
        Assert.That(Values(run, "E10B").Single(), Is.EqualTo(0.4).Within(1e-12));
        Assert.That(Endpoints.Known["E10F"](run).Margin, Is.EqualTo(0.02));
    }

    [Test]
    public void E10A_TakesFormsOfATargetTogether()
    {
        TuningRun Tuned(ModuleRegime regime, int seed, string form, double accuracy) =>
            new(seed, "sum", form, regime, 0.001, false, 0.5, accuracy, 0.5, 1, 1, 0, 0, 0);
        var run = Run() with
        {
            Tuning = [.. from seed in new[] { 1, 2 } from form in new[] { "inverted", "list-longer" } from all in new[] { false, true }
                      select Tuned(all ? ModuleRegime.All : ModuleRegime.Community, seed, form,
                          0.5 + (all ? 0.1 * seed + (form == "inverted" ? 0.02 : 0) : 0))],
        };
        Assert.That(Values(run, "E10A"), Is.EqualTo(new[] { 0.11, 0.21 }).Within(1e-9), "a value a model and target");
    }

    [TestCase(0.5, 0.5, 0.5, 0)]
    [TestCase(0.01, 0.5, 0.5, 1)]
    [TestCase(0.5, 0.01, 0.5, 1)]
    [TestCase(0.01, 0.01, 0.01, 0)]
    public void E8_CountsAGapOrALeadingEigenvalue_WithoutT1(double gap, double leading, double t1, double expected)
    {
        var model = Dense(Table(Modules, (set, module) => 1 + set * module % 5), Table(Modules, (_, _) => 1));
        var found = model.Network.Corrected;
        found = found with
        {
            Gap = found.Gap with { P = gap }, LeadingEigenvalue = found.LeadingEigenvalue with { P = leading }, Holm = [t1, 1, 1],
        };
        Assert.That(Values(Run(model with { Network = model.Network with { Corrected = found } }), "E8").Single(), Is.EqualTo(expected));
    }

    private static IReadOnlyList<double> Values(RunResults run, string claim) => Endpoints.Known[claim](run).Values;

    private static RunResults Run(params Studied[] models)
    {
        var options = PresetFile.Load<CommunitiesOptions>(new CommunitiesExperiment(), "mini", []);
        return new RunResults(options with { Modular = new ModularOptions { LayersPerFunction = 2 } }, Questions, models, [], [], []);
    }

    private static Studied Modular(int seed, int[] communities, int[]? secondHalf = null)
    {
        var importance = Table(Modules, (set, module) => 1 + set * module % 7);
        var model = Studied(new Subject($"modular-1-{seed}", SubjectKind.Modular, seed, 1), importance, communities);
        var owners = new ModularOptions().Owners(Questions.Sets.Select(set => set.Function).Distinct()).Select(owner => owner ?? "shared");
        return model with
        {
            Network = model.Network with
            {
                Corrected = model.Network.Corrected with { Halves = [communities, secondHalf ?? communities] },
                OwnerAgreement = Agreement.AdjustedRand(new Partition(communities), Partition.Of(owners)),
            },
        };
    }

    private static Studied Dense(MatrixTable taylor, MatrixTable ablation)
    {
        var model = Studied(new Subject("dense-1", SubjectKind.Dense, 1), taylor, new int[taylor.Columns.Count]);
        return model with { Importance = model.Importance with { Ablation = ablation } };
    }

    private static Studied Studied(Subject subject, MatrixTable importance, int[] communities)
    {
        var test = new PermutationTest(1.1, 0.4, 1.1, 0.1, 99);
        var found = new CorrectedResult(
            test, null, test, test, [1, 1, 1], communities, 1, test, test, 0.5, test, test, [1, 0, 0], null, 0.9,
            [communities, communities], 1);
        var none = new PublishedResult([], null);
        return new Studied(
            new SubjectResult(subject, null, 0, false, 1, []),
            new ImportanceResult(importance, importance, importance, importance, importance, [], []),
            new NetworkResult(found, found, null, found, found, none, none, [], null, null));
    }

    private static MatrixTable Table(string[] modules, Func<int, int, double> value) => new(
        Questions.Counts.Rows, modules,
        [.. Enumerable.Range(0, Questions.Sets.Count).Select(set => modules.Select((_, module) => value(set, module)).ToArray())]);
}
