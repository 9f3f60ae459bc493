using Microsoft.ML;
using MlNetLlm.Communities;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>Data sets of multiple-choice questions, and which skills and functions they need.</summary>
internal interface IQuestions
{
    /// <summary>The data sets.</summary>
    IReadOnlyList<QuestionSet> Sets { get; }

    /// <summary>X, (data sets, skills).</summary>
    NamedMatrix Counts { get; }

    /// <summary>Skills and functions.</summary>
    SkillTaxonomy Taxonomy { get; }

    /// <summary>Questions that importances are measured on; all, or those of one function's sets.</summary>
    IDataView Calibration(string? function);

    /// <summary>Questions that accuracies are measured on; all, or those of one function's sets.</summary>
    IDataView Test(string? function);
}

/// <summary>A data set in the analysis.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Function">The function it stands for.</param>
/// <param name="Unit">Sets of one unit move together in permutations: the skill, or the set itself.</param>
/// <param name="Surface">How it is worded: a rival factor; "" = unknown.</param>
/// <param name="Pure">Whether it takes part in T1 and T2; mixed sets do not.</param>
internal sealed record QuestionSet(string Name, string Function, string Unit, string Surface, bool Pure);
