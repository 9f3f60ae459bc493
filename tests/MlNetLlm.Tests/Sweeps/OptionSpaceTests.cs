using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.SearchSpace;
using Microsoft.ML.SearchSpace.Option;
using MlNetLlm.Ablation;
using MlNetLlm.Adapters;
using MlNetLlm.ConceptMixing;
using MlNetLlm.Importance;
using MlNetLlm.Lora;
using MlNetLlm.Probes;
using MlNetLlm.Scoring;
using MlNetLlm.SelfAdaptation;
using MlNetLlm.Svf;
using MlNetLlm.Sweeps;
using RangeAttribute = Microsoft.ML.SearchSpace.RangeAttribute;

namespace MlNetLlm.Tests.Sweeps;

public sealed class OptionSpaceTests
{
    private static IEnumerable<Type> Records() => typeof(SvfOptions).Assembly.GetExportedTypes()
        .Where(type => type is { IsClass: true, IsAbstract: false } && type.GetProperties().Any(Swept));

    private static bool Swept(PropertyInfo property) =>
        property.GetCustomAttributes(inherit: true).Any(a => a is RangeAttribute or ChoiceAttribute or BooleanChoiceAttribute);

    [TestCaseSource(nameof(Records))]
    public void FirstSample_OfEveryRecord_IsItsDefaults(Type record) =>
        typeof(OptionSpaceTests).GetMethod(nameof(FirstSampleIsDefault), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(record).Invoke(null, BindingFlags.DoNotWrapExceptions, null, null, null);

    private static void FirstSampleIsDefault<TOptions>()
        where TOptions : class, new()
    {
        var space = OptionSpace.Of(new TOptions());
        var first = OptionSpace.Apply(new TOptions(), space.SampleFromFeatureSpace(space.Default));
        foreach (var property in typeof(TOptions).GetProperties())
            Assert.That(property.GetValue(first), Is.EqualTo(property.GetValue(new TOptions())), property.Name);
    }

    [TestCaseSource(nameof(Records))]
    public void Attributes_OfEveryRecord_StartWhereItsPropertiesDo(Type record)
    {
        var defaults = Activator.CreateInstance(record)!;
        foreach (var property in record.GetProperties())
            if (property.GetCustomAttribute<RangeAttribute>() is { } range)
                Assert.That(
                    Convert.ToDouble(range.Init, null), Is.EqualTo(Convert.ToDouble(property.GetValue(defaults), null)).Within(1e-9),
                    $"ML.NET's own SearchSpace<{record.Name}> would start elsewhere at {property.Name}");
    }

    private static IEnumerable<Type> EstimatorOptions() => typeof(SvfEstimator).Assembly.GetExportedTypes()
        .Where(type => type is { IsAbstract: false } && type.GetInterfaces().Any(IsEstimator))
        .SelectMany(type => type.GetConstructors().SelectMany(c => c.GetParameters()).Select(p => p.ParameterType))
        .Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal)).SelectMany(Kinds).Distinct();

    // A probe of any kind has one estimator.
    private static IEnumerable<Type> Kinds(Type options) =>
        options.Assembly.GetExportedTypes().Where(type => !type.IsAbstract && options.IsAssignableFrom(type));

    [Test]
    public void Catalog_HasAMethodForEveryEstimatorWithOptionsToSearch() =>
        Assert.That(typeof(SweepCatalog).GetMethods().Where(method => !method.IsGenericMethod).SelectMany(method => method.GetParameters())
            .Where(parameter => parameter.Name == "options").Select(parameter => parameter.ParameterType).Distinct(),
            Is.EquivalentTo(EstimatorOptions().Intersect(Records())));

    [Test]
    public void Estimators_OfTheLibrary_AreAllSweptButThoseThatOnlyMeasureOrAnswer()
    {
        Assert.That(EstimatorOptions().Except(Records()), Is.EquivalentTo(new[]
        {
            typeof(ScoreOptions), typeof(ControlLabelOptions), typeof(ImportanceOptions), typeof(AblateOptions),
            typeof(SelfAdaptationOptions), typeof(FewShotMixOptions),
        }));
    }

    private static bool IsEstimator(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IEstimator<>);

    [Test]
    public void Of_OptionsOutsideTheRange_WidensItToThem()
    {
        var options = new SvfOptions { LearningRate = 0.5, Modules = ModuleSet.Attention };
        var space = OptionSpace.Of(options);
        Assert.That(((UniformDoubleOption)space["LearningRate"]).Max, Is.EqualTo(0.5));
        Assert.That(OptionSpace.Apply(options, space.SampleFromFeatureSpace(space.Default)), Is.EqualTo(options));
    }

    [Test]
    public void Of_ARangeOfWholeNumbers_ReachesItsLargestValueAndNoneBeyond()
    {
        var space = OptionSpace.Of(new ConceptPretrainOptions());
        int TopConcepts(double at) => OptionSpace.Apply(new ConceptPretrainOptions(), Parameter.CreateNestedParameter(
            KeyValuePair.Create("TopConcepts", space["TopConcepts"].SampleFromFeatureSpace([at])))).TopConcepts;
        Assert.That((TopConcepts(0), TopConcepts(0.5), TopConcepts(0.99), TopConcepts(1)), Is.EqualTo((4, 34, 64, 64)));
    }

    [Test]
    public void Apply_APoint_ChangesWhatItNamesAlone()
    {
        var point = Parameter.CreateNestedParameter(
            KeyValuePair.Create("Rank", Parameter.FromInt(4)), KeyValuePair.Create("Modules", Parameter.FromString("All")));
        Assert.That(OptionSpace.Apply(new LoraOptions { MaxSteps = 7 }, point),
            Is.EqualTo(new LoraOptions { MaxSteps = 7, Rank = 4, Modules = ModuleSet.All }));
    }

    [Test]
    public void Apply_AnUnknownName_NamesTheNearest() =>
        Assert.That(() => OptionSpace.Apply(new LoraOptions(), Parameter.CreateNestedParameter(
            KeyValuePair.Create("Rnak", Parameter.FromInt(4)))),
            Throws.ArgumentException.With.Message.EqualTo("LoraOptions has no 'Rnak'. Did you mean 'Rank'?"));
}
